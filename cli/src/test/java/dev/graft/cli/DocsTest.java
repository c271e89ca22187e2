package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands that stand in README.md and docs/. In a block marked {@code sh}, every line
 * that starts with {@code ./graft} is run, in the order of the page and in one folder per page,
 * unless the line before the block is a comment {@code <!-- not run: why -->}. Links between pages
 * must lead somewhere.
 */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  /** A command with the page and line where it stands. */
  record Command(String page, int line, String text) {}

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages = new ArrayList<>(docs.filter(p -> p.toString().endsWith(".md")).toList());
      pages.sort(null);
      pages.add(0, ROOT.resolve("README.md"));
      return pages;
    }
  }

  static List<Command> commands(Path page) throws IOException {
    List<Command> out = new ArrayList<>();
    boolean inside = false;
    String before = "";
    StringBuilder joined = new StringBuilder();
    List<String> lines = Files.readAllLines(page);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("```")) {
        inside = line.equals("```sh") && !before.startsWith("<!-- not run: ");
      } else if (inside && (line.startsWith("./graft") || !joined.isEmpty())) {
        boolean more = line.endsWith("\\");
        joined.append(more ? line.substring(0, line.length() - 1) : line);
        if (!more) {
          out.add(new Command(ROOT.relativize(page).toString(), i + 1, joined.toString()));
          joined.setLength(0);
        }
      }
      before = line;
    }
    return out;
  }

  @Test
  void everyCommandOfThePagesRuns(@TempDir Path temp) throws Exception {
    int run = 0;
    for (Path page : pages()) {
      Path folder = temp.resolve(page.getFileName().toString());
      Examples.copyAll(folder.resolve("examples"));
      for (Command c : commands(page)) {
        run(folder, c);
        run++;
      }
    }
    assertThat(run).as("commands found in the pages").isGreaterThanOrEqualTo(5);
  }

  private static void run(Path folder, Command c) throws Exception {
    Path log = folder.resolve("output.txt");
    String launcher =
        "'%s' -XX:TieredStopAtLevel=1 -Dgraft.home='%s' -cp '%s' dev.graft.cli.Main"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                ROOT,
                System.getProperty("java.class.path").replace(File.pathSeparator, ":"));
    Process p =
        new ProcessBuilder("sh", "-c", c.text().replaceFirst("^\\./graft", launcher))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = p.waitFor(240, TimeUnit.SECONDS);
    if (!ended) {
      p.destroyForcibly();
    }
    assertThat(ended && p.exitValue() == 0)
        .as("%s:%d: %s%n%s", c.page(), c.line(), c.text(), Files.readString(log))
        .isTrue();
  }

  @Test
  void linksBetweenPagesLeadSomewhere() throws IOException {
    int links = 0;
    List<Path> all = new ArrayList<>(pages());
    all.add(ROOT.resolve("CONTRIBUTING.md"));
    for (Path page : all) {
      Matcher m = LINK.matcher(Files.readString(page));
      while (m.find()) {
        links++;
        assertThat(page.resolveSibling(m.group(1)))
            .as("link in %s", ROOT.relativize(page))
            .exists();
      }
    }
    assertThat(links).isGreaterThanOrEqualTo(5);
  }
}
