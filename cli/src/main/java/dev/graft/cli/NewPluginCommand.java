package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft new-plugin}. */
@Command(
    name = "new-plugin",
    description =
        "Writes a Maven project of a plugin that works, with Graft's conformance tests, to be"
            + " changed into another.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft new-plugin adapter my-adapter",
      "  graft new-plugin mask every-other --package org.acme.masks --out masks/every-other",
      "  cd my-adapter && mvn verify"
    })
final class NewPluginCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*");
  private static final Pattern PACKAGE = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
  private static final String EXAMPLE_PACKAGE = "com.example.graft";

  /** What is written, after one of the example plugins. */
  enum Kind {
    ADAPTER("row-scale"),
    MASK("response-tail"),
    ENGINE("timed-reference");

    private final String example;

    Kind(String example) {
      this.example = example;
    }
  }

  @Parameters(index = "0", paramLabel = "KIND", description = "adapter, mask or engine.")
  Kind kind = Kind.ADAPTER;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "Its permanent name in recipes, in lower case with hyphens.")
  String name = "";

  @Option(
      names = "--package",
      paramLabel = "NAME",
      description = "The Java package. Default: " + EXAMPLE_PACKAGE + ".")
  String packageName = EXAMPLE_PACKAGE;

  @Option(names = "--out", paramLabel = "DIR", description = "The new folder. Default: NAME.")
  Optional<Path> out = Optional.empty();

  private final Session session;

  NewPluginCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    check(NAME, name, "a name in lower case with hyphens, as my-adapter");
    check(PACKAGE, packageName, "a Java package in lower case, as org.acme.masks");
    Path target = out.orElse(Path.of(name));
    Map<String, String> files = new TreeMap<>();
    PluginTemplates.of(kind.name().toLowerCase(Locale.ROOT))
        .forEach((path, text) -> files.put(renamed(path), renamed(text)));
    AtomicFolder.make(
        target,
        folder ->
            files.forEach(
                (path, text) -> {
                  Path file = folder.resolve(path);
                  try {
                    Files.createDirectories(file.getParent());
                  } catch (IOException e) {
                    throw AtomicFile.failure(file, e);
                  }
                  AtomicFile.writeString(file, text);
                }));
    session
        .out()
        .println(
            "wrote "
                + Text.count(files.size())
                + " files to '"
                + target
                + "'; 'mvn verify' there builds and tests the plugin, and README.md says how to use"
                + " it");
    return 0;
  }

  private static void check(Pattern pattern, String value, String expected) {
    if (!pattern.matcher(value).matches()) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected " + expected + ", received '" + value + "'. Run 'graft new-plugin --help'");
    }
  }

  /** The example's names become the plugin's. */
  private String renamed(String text) {
    return text.replace(EXAMPLE_PACKAGE, packageName)
        .replace(EXAMPLE_PACKAGE.replace('.', '/'), packageName.replace('.', '/'))
        .replace("<groupId>com.example<", "<groupId>" + packageName + "<")
        .replace(kind.example, name)
        .replace(capitals(kind.example), capitals(name))
        .replace(upper(kind.example), upper(name));
  }

  /** my-mask is MyMask. */
  private static String capitals(String name) {
    StringBuilder out = new StringBuilder();
    for (String word : name.split("-", -1)) {
      out.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return out.toString();
  }

  private static String upper(String name) {
    return name.replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
