package dev.graft.experiments.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The most memory that this process held since it was last asked to forget; on Linux only. */
final class PeakMemory {
  private static final Path FORGET = Path.of("/proc/self/clear_refs");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private PeakMemory() {}

  /** Forgets the peak so far; false where the system cannot. */
  static boolean reset() {
    try {
      Files.writeString(FORGET, "5");
      return true;
    } catch (IOException e) {
      return false; // Not Linux, or not allowed: the report then says that it was not measured.
    }
  }

  static Optional<Long> bytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(l -> l.startsWith(PEAK))
          .map(l -> 1024 * Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
