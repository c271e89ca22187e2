package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Engines do without each other. */
final class MissingEngineTest {
  private static final Map<String, String> JARS =
      Map.of(
          "reference", "graft-engine-reference",
          "djl-pytorch", "graft-engine-djl",
          "tensorflow", "graft-engine-tf");

  @TempDir Path temp;
  private Path ids = Path.of("");
  private Path model = Path.of("");

  @BeforeEach
  void files() {
    model = Tiny.model(temp);
    ids = Tiny.write(temp.resolve("ids.json"), "[[1, 2, 3, 4]]");
  }

  static List<String> engines() {
    return Tiny.engines();
  }

  private List<Object> score(String engine) {
    return List.of("score", "--model", model, "--ids", ids, "--json", "--engine", engine);
  }

  private static List<Object> doctor() {
    return List.of("doctor", "--no-measure", "--json");
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.succeeds().out());
  }

  private static Path home(String engine) {
    Class<?> provider = Plugins.discover().backend(engine).provider().getClass();
    try {
      return Path.of(provider.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void theOthersWorkAndItsJarIsNamed(String missing) throws Exception {
    List<String> others = engines().stream().filter(e -> !e.equals(missing)).toList();
    List<List<Object>> commands = new ArrayList<>(List.of(score(missing), doctor()));
    others.forEach(o -> commands.add(score(o)));
    Path absent = home(missing);
    List<Run> runs = ChildCommands.run(temp, e -> same(e, absent), commands);
    assertThat(runs.get(0).failsWith(ErrorCode.PLUGIN_UNKNOWN))
        .startsWith(
            "unknown backend '"
                + missing
                + "'. It is in "
                + JARS.get(missing)
                + ", which is not on the class path: add it. ")
        .contains("Known: " + String.join(", ", others) + ".");
    JsonNode found = json(runs.get(1)).get("engines");
    assertThat(found.findValuesAsText("name")).isEqualTo(others);
    assertThat(found.findValues("usable")).allMatch(JsonNode::asBoolean);
    for (Run run : runs.subList(2, runs.size())) {
      assertThat(json(run).get("loss").doubleValue()).isPositive();
    }
  }

  private static boolean same(Path a, Path b) {
    try {
      return Files.exists(a) && Files.isSameFile(a, b);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "djl-pytorch, pytorch-native-.+\\.jar, pytorch-native-cpu is missing",
    "tensorflow, tensorflow-core-native-[^-]+-.+\\.jar, tensorflow-core-native for",
  })
  void anEngineWithoutItsNativeLibraryHidesNoOther(String engine, String jar, String missing)
      throws Exception {
    List<Run> runs =
        ChildCommands.run(
            temp,
            e -> String.valueOf(e.getFileName()).matches(jar),
            List.of(doctor(), List.of("plugins", "--json"), score(engine), score("reference")));
    JsonNode found = json(runs.get(0)).get("engines");
    assertThat(found.findValuesAsText("name")).isEqualTo(engines());
    for (JsonNode e : found) {
      boolean lost = e.get("name").asText().equals(engine);
      assertThat(e.get("usable").asBoolean()).as(e.toString()).isNotEqualTo(lost);
      assertThat(e.get("device").asText().isEmpty()).isEqualTo(lost);
      assertThat(e.get("detail").asText().contains(missing)).isEqualTo(lost);
    }
    assertThat(json(runs.get(1)).get("plugins").findValuesAsText("name")).contains(engine);
    assertThat(runs.get(2).failsWith(ErrorCode.BACKEND_UNAVAILABLE)).isNotBlank();
    assertThat(json(runs.get(3)).get("loss").doubleValue()).isPositive();
  }
}
