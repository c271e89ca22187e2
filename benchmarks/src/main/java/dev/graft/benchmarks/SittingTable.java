package dev.graft.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a sitting measured, as tables in Markdown, one a group. */
final class SittingTable {
  /** A row: who, and which of the things that it timed. */
  private record Key(String group, String name, String label, boolean peer) {}

  private final Map<Key, List<Measurement>> measured = new LinkedHashMap<>();

  void add(Case c, Measurement m) {
    measured
        .computeIfAbsent(new Key(c.group(), c.name(), m.label(), c.peer()), k -> new ArrayList<>())
        .add(m);
  }

  /** The text; groups in the order in which they were first measured. */
  String text() {
    Map<String, List<Key>> groups = new LinkedHashMap<>();
    measured
        .keySet()
        .forEach(k -> groups.computeIfAbsent(k.group(), g -> new ArrayList<>()).add(k));
    StringBuilder out = new StringBuilder();
    groups.forEach((group, keys) -> out.append(table(group, keys)).append('\n'));
    return out.toString();
  }

  private String table(String group, List<Key> keys) {
    OptionalDouble peer = keys.stream().filter(Key::peer).mapToDouble(this::speed).findFirst();
    OptionalDouble limit = limit(group.endsWith("bf16") ? "bf16" : "fp32");
    StringBuilder out = new StringBuilder();
    out.append("| ").append(group);
    out.append(" | | least s | median s | most s | median processor s | tokens/s | peak MB");
    out.append(" | GFLOP/s | of the largest product | times the peer's speed");
    out.append(" | first step after s | mean loss");
    out.append(" | speed of the second half by the first's |\n");
    out.append("| --- | --- |").append(" --- |".repeat(12)).append('\n');
    for (Key k : keys) {
      List<Double> seconds = times(k, false);
      List<Measurement> runs = runs(k);
      double median = median(seconds);
      double gflops = runs.get(0).gflop() / median;
      out.append("| ").append(k.name()).append(" | ").append(k.label());
      cell(out, "%.3f", seconds.get(0));
      cell(out, "%.3f", median);
      cell(out, "%.3f", seconds.get(seconds.size() - 1));
      cell(out, "%.3f", median(times(k, true)));
      cell(out, "%.0f", runs.get(0).tokens() / median);
      cell(out, "%.0f", runs.stream().mapToDouble(Measurement::peakMegabytes).max().orElse(0));
      cell(out, "%.0f", gflops > 0 ? OptionalDouble.of(gflops) : OptionalDouble.empty());
      cell(
          out,
          "%.2f",
          gflops > 0 && limit.isPresent()
              ? OptionalDouble.of(gflops / limit.getAsDouble())
              : OptionalDouble.empty());
      cell(
          out,
          "%.2f",
          peer.isPresent()
              ? OptionalDouble.of(speed(k) / peer.getAsDouble())
              : OptionalDouble.empty());
      cell(out, "%.1f", middle(runs, Measurement::firstStep));
      cell(out, "%.4f", middle(runs, Measurement::loss));
      cell(out, "%.2f", middle(runs, Measurement::secondHalf));
      out.append(" |\n");
    }
    return out.toString();
  }

  /** The median of what some of the processes told; nothing when none did. */
  private static OptionalDouble middle(
      List<Measurement> runs, Function<Measurement, @Nullable Double> what) {
    List<Double> told = runs.stream().map(what).filter(Objects::nonNull).sorted().toList();
    return told.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(told));
  }

  /** Operations a second where they are counted, else how often a second. */
  private double speed(Key key) {
    double gflop = runs(key).get(0).gflop();
    return (gflop > 0 ? gflop : 1) / median(times(key, false));
  }

  /** The most that anybody reached with products alone, in this dtype and sitting. */
  private OptionalDouble limit(String dtype) {
    return measured.keySet().stream()
        .filter(k -> k.group().equals("gemm, " + dtype))
        .mapToDouble(k -> runs(k).get(0).gflop() / times(k, false).get(0))
        .max();
  }

  private List<Measurement> runs(Key key) {
    return measured.getOrDefault(key, List.of());
  }

  private List<Double> times(Key key, boolean processor) {
    return runs(key).stream()
        .flatMap(m -> (processor ? m.cpu() : m.seconds()).stream())
        .sorted()
        .toList();
  }

  private static double median(List<Double> sorted) {
    int n = sorted.size();
    return n == 0 ? Double.NaN : (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }

  private static void cell(StringBuilder out, String format, double value) {
    cell(out, format, OptionalDouble.of(value));
  }

  private static void cell(StringBuilder out, String format, OptionalDouble value) {
    out.append(" | ");
    value.ifPresent(v -> out.append(String.format(Locale.ROOT, format, v)));
  }
}
