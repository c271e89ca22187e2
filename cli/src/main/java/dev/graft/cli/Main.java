package dev.graft.cli;

import java.io.File;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The {@code graft} command. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the JVM with its exit status. */
  public static void main(String[] args) {
    // The launcher knows; from Java 22 on System.console() is there without a terminal too.
    boolean terminal = Boolean.getBoolean("graft.terminal");
    Session session = new Session(pluginPath(), utf8(System.out), utf8(System.err), terminal);
    System.exit(GraftCommand.run(session, args));
  }

  /** Texts hold any character, whatever the locale says. */
  private static PrintWriter utf8(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** Plugins of third parties: the folder for them, if there is one, and {@code GRAFT_PLUGINS}. */
  private static List<Path> pluginPath() {
    Optional<Path> folder =
        Optional.ofNullable(System.getProperty("graft.home"))
            .map(home -> Path.of(home).resolve("plugins"))
            .filter(Files::isDirectory);
    String path = System.getenv().getOrDefault("GRAFT_PLUGINS", "");
    return Stream.concat(
            folder.stream(),
            Arrays.stream(path.split(File.pathSeparator)).filter(s -> !s.isBlank()).map(Path::of))
        .toList();
  }
}
