package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Java on the pages about plugins stands in files that are compiled and tested: those of the
 * example plugins, which {@link PluginProjectsTest} builds, and Graft's own. Every block names its
 * file.
 */
final class PluginPagesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern QUOTE =
      Pattern.compile("<!-- from: (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"plugin-guide", "plugin-adapter", "plugin-mask", "plugin-engine"})
  void theCodeIsQuotedFromFilesThatAreCompiled(String name) throws IOException {
    String page = Files.readString(ROOT.resolve("docs").resolve(name + ".md"));
    Matcher quote = QUOTE.matcher(page);
    int quotes = 0;
    while (quote.find()) {
      quotes++;
      String file = Files.readString(ROOT.resolve(quote.group(1)));
      assertThat(file).as("%s, quoted by %s", quote.group(1), name).contains(quote.group(2));
    }
    int blocks = page.split("```java", -1).length - 1;
    assertThat(quotes).as("blocks of Java that name their file, in %s", name).isEqualTo(blocks);
    assertThat(quotes > 0).isEqualTo(!name.equals("plugin-guide"));
  }
}
