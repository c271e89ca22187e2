package dev.graft.cli;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One method on the weights at hand: what it trains at a rank, and which rank trains about as much
 * as another method. A method has a rank when its block has a whole number {@code r}.
 *
 * @param r the rank; null for a method without
 * @param parameters the trained values; null when it refuses
 * @param tensors those of the first site
 * @param matchingR the rank at which it trains about as many values as asked for; null without a
 *     rank or without a count to match
 * @param matchingParameters the trained values at that rank
 * @param refusal why it cannot be laid onto these weights; null when it can
 */
record AdapterMethod(
    String method,
    @Nullable Integer r,
    @Nullable Long parameters,
    @Nullable String tensors,
    @Nullable Integer matchingR,
    @Nullable Long matchingParameters,
    @Nullable String refusal) {
  static final String RANK = "r";
  static final String TARGETS = "target_modules";
  static final String EXCLUDED = "exclude_modules";

  private static final int LARGEST = 1 << 20;

  /**
   * Measures a method.
   *
   * @param wanted options that are used where the method has them
   * @param cost what the method's options cost
   * @param match the count to match; null for none
   */
  static AdapterMethod of(
      Plugin<AdapterProvider<?>> plugin,
      Map<String, Object> wanted,
      Function<Map<String, Object>, AdapterCost> cost,
      @Nullable Long match) {
    Map<String, String> defaults =
        ConfigBinder.describe(plugin.provider().configType()).stream()
            .collect(
                Collectors.toMap(ConfigBinder.KeyInfo::key, ConfigBinder.KeyInfo::defaultValue));
    Map<String, Object> options = new LinkedHashMap<>(wanted);
    options.keySet().retainAll(defaults.keySet());
    boolean ranked =
        ConfigBinder.describe(plugin.provider().configType()).stream()
            .anyMatch(k -> k.key().equals(RANK) && k.type().equals("int"));
    try {
      if (!ranked) {
        AdapterCost found = cost.apply(options);
        return new AdapterMethod(
            plugin.name(), null, found.parameters(), first(found), null, null, null);
      }
      int r = rank(options.getOrDefault(RANK, defaults.get(RANK)));
      Function<Integer, AdapterCost> atRank =
          rank -> {
            Map<String, Object> at = new LinkedHashMap<>(options);
            at.put(RANK, rank);
            return cost.apply(at);
          };
      AdapterCost found = atRank.apply(r);
      if (match == null) {
        return new AdapterMethod(
            plugin.name(), r, found.parameters(), first(found), null, null, null);
      }
      Map<Integer, Long> counts = new TreeMap<>(Map.of(r, found.parameters()));
      int best = nearest(match, r, counts, rank -> atRank.apply(rank).parameters());
      return new AdapterMethod(
          plugin.name(),
          r,
          found.parameters(),
          first(found),
          best,
          atRank.apply(best).parameters(),
          null);
    } catch (GraftException e) {
      if (!Set.of(
              ErrorCode.ADAPTER_UNSUPPORTED,
              ErrorCode.CONFIG_VALUE,
              ErrorCode.CONFIG_TYPE,
              ErrorCode.CONFIG_MISSING_KEY)
          .contains(e.code())) {
        throw e;
      }
      return new AdapterMethod(plugin.name(), null, null, null, null, null, e.getMessage());
    }
  }

  private static int rank(@Nullable Object value) {
    try {
      return Integer.parseInt(String.valueOf(value));
    } catch (NumberFormatException e) {
      throw new GraftException(
          ErrorCode.CONFIG_TYPE, "expected a whole number for r, received '" + value + "'", e);
    }
  }

  private static String first(AdapterCost cost) {
    return AdapterCost.tensors(cost.sites().values().iterator().next());
  }

  /**
   * The rank whose count is nearest; the smaller of two. Counts grow with the rank and are close to
   * affine in it, so that secants lead there in a few steps.
   *
   * @param counts the counts found so far, to which this adds
   */
  private static int nearest(
      long match, int start, Map<Integer, Long> counts, Function<Integer, Long> count) {
    Function<Integer, Long> at = r -> counts.computeIfAbsent(r, count);
    int before = start == 1 ? 2 : 1;
    int r = start;
    for (int i = 0; i < 20 && at.apply(r) != match; i++) {
      long difference = at.apply(r) - at.apply(before);
      if (difference == 0) {
        break;
      }
      double step = (double) (match - at.apply(r)) * (r - before) / (double) difference;
      int next = (int) Math.max(1, Math.min(LARGEST, Math.round(r + step)));
      before = r;
      r = next;
      if (before == next) {
        break;
      }
    }
    int best = r;
    if (at.apply(r) != match) {
      counts.put(Math.max(1, r - 1), at.apply(Math.max(1, r - 1)));
      counts.put(r + 1, at.apply(r + 1));
    }
    for (Map.Entry<Integer, Long> e : counts.entrySet()) {
      long error = Math.abs(e.getValue() - match);
      long least = Math.abs(at.apply(best) - match);
      if (error < least || (error == least && e.getKey() < best)) {
        best = e.getKey();
      }
    }
    return best;
  }
}
