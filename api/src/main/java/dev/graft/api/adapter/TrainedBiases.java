package dev.graft.api.adapter;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.ArrayList;
import java.util.List;

/** Which biases of the base model are trained beside an adapter, as PEFT's {@code bias}. */
public enum TrainedBiases {
  NONE,
  /** All of the model. */
  ALL,
  /** Those of the modules that the adapter changes. */
  LORA_ONLY;

  /** Reads a recipe's value, also with PEFT's underscore. */
  public static TrainedBiases fromConfig(Object value) {
    List<String> names = new ArrayList<>();
    for (TrainedBiases b : values()) {
      String name = ConfigBinder.word(b);
      if (name.equals(value.toString().replace('_', '-'))) {
        return b;
      }
      names.add(name);
    }
    throw new GraftException(
        ErrorCode.CONFIG_VALUE,
        "unknown value '" + value + "' for bias. " + Nearest.hint(value.toString(), names));
  }
}
