package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Checks of the options that adapters have in common, for the constructors of their configurations.
 * What does not fit is refused with {@code config.value}, naming the option and the adapter.
 */
public final class AdapterOptions {
  private final String adapter;

  /**
   * Checks for an adapter.
   *
   * @param adapter the provider's name, for errors
   */
  public AdapterOptions(String adapter) {
    this.adapter = adapter;
  }

  /** Refuses a rank below 1. */
  public void rank(String option, int r) {
    if (r < 1) {
      throw invalid(option + " of at least 1", r);
    }
  }

  /** Refuses what is not above 0, and infinity. */
  public void positive(String option, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw invalid("a finite " + option + " above 0", value);
    }
  }

  /** Refuses a share of dropped elements outside [0, 1). */
  public void dropout(double p) {
    if (!(p >= 0 && p < 1)) {
      throw invalid("dropout in [0, 1)", p);
    }
  }

  /**
   * A copy of an option's values by {@linkplain ModulePatterns module pattern}, in their order.
   *
   * @param check refuses a value; takes what it is called and the value
   */
  public <V> Map<String, V> patterns(
      String option, Map<String, V> patterns, BiConsumer<String, V> check) {
    ModulePatterns.check(option, patterns.keySet());
    patterns.forEach((key, value) -> check.accept(option + "['" + key + "']", value));
    return Collections.unmodifiableMap(new LinkedHashMap<>(patterns));
  }

  /** The error for an option that does not fit. */
  public GraftException invalid(String expected, Object received) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected "
            + expected
            + " for the "
            + adapter
            + " adapter, received "
            + received
            + "; correct the recipe's adapter block");
  }
}
