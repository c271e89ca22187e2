package dev.graft.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run ran on.
 *
 * @param cpu the processor's name, or its architecture where the system does not tell
 */
record Machine(String java, String os, String cpu, int processors, long maxHeapBytes) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  static Machine here() {
    return new Machine(
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        processor(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory());
  }

  private static String processor() {
    String architecture = System.getProperty("os.arch", "unknown");
    if (!Files.isReadable(CPU_INFO)) {
      return architecture;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(CPU_INFO);
    } catch (IOException e) {
      return architecture + " (" + CPU_INFO + ": " + e.getMessage() + ")";
    }
    return lines.stream()
        .filter(l -> l.startsWith("model name"))
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(architecture);
  }
}
