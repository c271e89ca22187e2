package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every row of {@code docs/pain-points.md} names tests, and these exist. */
class PainPointsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)\\.(\\w+)`");

  private static Map<String, Path> sources() throws IOException {
    Map<String, Path> out = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      files
          .filter(f -> f.toString().endsWith(".java") && !f.toString().contains("/target/"))
          .forEach(f -> out.put(String.valueOf(f.getFileName()).replace(".java", ""), f));
    }
    return out;
  }

  @Test
  void everyRowNamesTestsThatExist() throws IOException {
    Map<String, Path> sources = sources();
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/pain-points.md")).stream()
            .filter(l -> l.matches("\\| \\d+ \\|.*"))
            .toList();
    assertThat(rows).hasSize(20);
    List<String> missing = new ArrayList<>();
    for (String row : rows) {
      Matcher named = NAMED.matcher(row);
      int tests = 0;
      while (named.find()) {
        Path source = sources.get(named.group(1));
        Pattern method = Pattern.compile("(void|Stream<\\w+>) " + named.group(2) + "\\(");
        if (source == null || !method.matcher(Files.readString(source)).find()) {
          missing.add(named.group());
        }
        tests++;
      }
      assertThat(tests).as(row).isPositive();
    }
    assertThat(missing).isEmpty();
  }
}
