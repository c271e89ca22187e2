package dev.graft.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What Graft runs on.
 *
 * @param memoryMib physical memory
 * @param memoryFreeMib the part of it that nothing uses
 * @param heapMib what the JVM may use for its heap, and again for direct buffers
 * @param ompWaitPolicy how idle threads of native libraries wait; empty when not set
 * @param nativeCache the folder where DJL unpacks native libraries
 * @param nativeCacheFreeMib free disk space there
 */
record Machine(
    String graft,
    String java,
    String javaHome,
    String os,
    int cores,
    long memoryMib,
    long memoryFreeMib,
    long heapMib,
    String ompWaitPolicy,
    String nativeCache,
    long nativeCacheFreeMib) {

  private static final long MIB = 1 << 20;

  /** What libtorch needs when it is unpacked. */
  private static final long NATIVE_CACHE_MIB = 500;

  /** Examines this machine. */
  static Machine here(List<String> warnings) {
    long memory = 0;
    long free = 0;
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean os) {
      memory = os.getTotalMemorySize();
      free = os.getFreeMemorySize();
    }
    String waiting = System.getenv().getOrDefault("OMP_WAIT_POLICY", "");
    if (!waiting.equalsIgnoreCase("passive")) {
      warnings.add(
          "expected OMP_WAIT_POLICY=passive in the environment, received "
              + (waiting.isEmpty() ? "none" : "'" + waiting + "'")
              + ": on a busy machine threads of PyTorch then spin and steps may take 100 times as"
              + " long. Start Graft with its launcher, or set the variable before the JVM starts");
    }
    Path cache = cacheFolder();
    long cacheFree = -1;
    try {
      cacheFree = Files.getFileStore(existing(cache)).getUsableSpace() / MIB;
      if (cacheFree < NATIVE_CACHE_MIB) {
        warnings.add(
            String.format(
                Locale.ROOT,
                "expected %d MiB of free disk for native libraries in '%s', received %d; free some"
                    + " or set DJL_CACHE_DIR to another folder",
                NATIVE_CACHE_MIB,
                cache,
                cacheFree));
      }
    } catch (IOException e) {
      warnings.add("could not read the free space of '" + cache + "': " + e.getMessage());
    }
    return new Machine(
        Version.graft(),
        System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ")",
        String.valueOf(System.getProperty("java.home")),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        memory / MIB,
        free / MIB,
        Runtime.getRuntime().maxMemory() / MIB,
        waiting,
        cache.toString(),
        cacheFree);
  }

  private static Path cacheFolder() {
    String property = System.getProperty("DJL_CACHE_DIR");
    String set = property != null ? property : System.getenv("DJL_CACHE_DIR");
    return set != null && !set.isBlank()
        ? Path.of(set)
        : Path.of(System.getProperty("user.home"), ".djl.ai");
  }

  private static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    for (Path parent = at.getParent(); !Files.exists(at) && parent != null; ) {
      at = parent;
      parent = at.getParent();
    }
    return at;
  }

  /** Rows for people. */
  Table table() {
    return new Table(0)
        .row("graft", graft)
        .row("java", java + ", " + javaHome)
        .row("machine", os + ", " + cores + " cores")
        .row("memory", memoryMib + " MiB, " + memoryFreeMib + " MiB of it unused")
        .row("heap", "up to " + heapMib + " MiB, and as much for direct buffers")
        .row("OMP_WAIT_POLICY", ompWaitPolicy.isEmpty() ? "not set" : ompWaitPolicy)
        .row("native cache", nativeCache + ", " + nativeCacheFreeMib + " MiB free");
  }
}
