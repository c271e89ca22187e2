package dev.graft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** The resident memory of this process on Linux, for tests of what grows over many steps. */
public final class ResidentMemory {
  private static final int STEPS = 200;

  private ResidentMemory() {}

  private static long bytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(l -> l.startsWith("VmRSS:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident bytes gained over 200 steps, after as many to warm up. */
  public static long growth(IntConsumer step) {
    long before = 0;
    for (int i = 0; i < 2 * STEPS; i++) {
      if (i == STEPS) {
        System.gc();
        before = bytes();
      }
      step.accept(i);
      if (i % 10 == 0) {
        System.gc();
      }
    }
    System.gc();
    return bytes() - before;
  }
}
