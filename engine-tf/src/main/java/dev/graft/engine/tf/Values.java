package dev.graft.engine.tf;

import static java.util.Objects.requireNonNull;

import dev.graft.api.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** What has been lowered so far. */
final class Values {
  private final Map<Tensor, Value> values = new HashMap<>();

  void put(Tensor tensor, Value value) {
    values.put(tensor, value);
  }

  Value get(Tensor tensor) {
    return requireNonNull(values.get(tensor), () -> tensor + " is used before it is lowered");
  }
}
