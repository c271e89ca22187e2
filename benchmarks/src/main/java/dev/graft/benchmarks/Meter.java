package dev.graft.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times what a child process does, and prints it as one line of JSON. */
final class Meter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> cpu = new ArrayList<>();

  /** Times something once more. */
  void time(Runnable body) {
    long start = System.nanoTime();
    long busy = processorNanos();
    body.run();
    cpu.add((processorNanos() - busy) / 1e9);
    seconds.add((System.nanoTime() - start) / 1e9);
  }

  void add(double second, double processor) {
    seconds.add(second);
    cpu.add(processor);
  }

  /** Forgets what was timed: the first times compile. */
  void forget() {
    seconds.clear();
    cpu.clear();
  }

  static long processorNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Seconds since the JVM was started. */
  static double sinceStart() {
    return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
  }

  /**
   * Prints the line that the parent reads.
   *
   * @param tokens of one of the things that were timed
   * @param gflop of one of them; 0 where that is not counted
   * @param more what else is to be told
   */
  void print(String label, double tokens, double gflop, Map<String, Object> more) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("label", label);
    line.put("seconds", seconds);
    line.put("cpu", cpu);
    line.put("tokens", tokens);
    line.put("gflop", gflop);
    line.put("peak_mb", peakMegabytes());
    line.putAll(more);
    try {
      System.out.println(JSON.writeValueAsString(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The most memory that the process has had; 0 where the system does not say. */
  private static long peakMegabytes() {
    Path status = Path.of("/proc/self/status");
    if (Files.notExists(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(l -> l.startsWith("VmHWM"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) >> 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
