package dev.graft.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyJson;
import dev.graft.experiments.results.StudyResults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StudyJsonTest {
  @TempDir private Path folder;

  static Stream<StudyResults> studies() {
    return StudyFixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("studies")
  void readsBackWhatItWrote(StudyResults results) {
    Path file = folder.resolve("study.json");
    StudyJson.write(file, results);
    StudyResults back = StudyJson.read(file);
    assertThat(back).isEqualTo(results);
    assertThat(back.info().machine().keySet())
        .containsExactlyElementsOf(results.info().machine().keySet());
    assertThat(back.runs().get(0).levels().keySet())
        .containsExactlyElementsOf(results.runs().get(0).levels().keySet());
  }

  @Test
  void keepsWhatIsNotANumber() {
    StudyResults m = StudyFixture.memorize();
    RunResult r = m.runs().get(0);
    Map<String, Double> after = new LinkedHashMap<>();
    after.put("characters", Double.NaN);
    after.put("other", Double.NEGATIVE_INFINITY);
    Curve curve = new Curve("loss", List.of(new Point(1, Double.NaN), new Point(2, 0.1 + 0.2)));
    RunResult run =
        new RunResult(
            r.levels(),
            r.engine(),
            Long.MAX_VALUE,
            r.status(),
            r.error(),
            r.before(),
            after,
            List.of(curve),
            r.cost(),
            r.folder());
    StudyResults results = new StudyResults(m.info(), m.factors(), m.measures(), List.of(run));
    Path file = folder.resolve("study.json");
    StudyJson.write(file, results);
    assertThat(StudyJson.read(file)).isEqualTo(results);
  }

  /** Cut anywhere, the file is refused in one paragraph. */
  @Test
  void refusesATruncatedFile() throws Exception {
    Path file = folder.resolve("study.json");
    StudyJson.write(file, StudyFixture.memorize());
    String whole = Files.readString(file);
    List<Integer> cuts = new ArrayList<>(List.of(0, 1, 10, whole.stripTrailing().length() - 1));
    for (int i = 1; i < 20; i++) {
      cuts.add(i * whole.length() / 20);
    }
    for (int cut : cuts) {
      Files.writeString(file, whole.substring(0, cut));
      assertThatThrownBy(() -> StudyJson.read(file))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MALFORMED))
          .hasMessageContaining("study.json")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void namesThePlaceThatIsNotAsExpected() throws Exception {
    Path file = folder.resolve("study.json");
    StudyJson.write(file, StudyFixture.memorize());
    String whole = Files.readString(file);
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put("\"seed\" : 1,", "study.runs[0].seed: ");
    changes.put("\"engine\" : \"djl-pytorch\",", "study.runs[0].engine: ");
    changes.put("\"steps\" : 120,", "study.runs[0].cost.steps: ");
    for (Map.Entry<String, String> change : changes.entrySet()) {
      assertThat(whole).contains(change.getKey());
      Files.writeString(file, whole.replaceFirst(Pattern.quote(change.getKey()), ""));
      assertThatThrownBy(() -> StudyJson.read(file))
          .isInstanceOf(GraftException.class)
          .hasMessageContaining(change.getValue())
          .hasMessageContaining("Missing creator property")
          .hasMessageNotContaining("DeserializationFeature")
          .hasMessageNotContaining("\n");
    }
    Files.writeString(file, whole.replaceFirst("\"seed\" : 1,", "\"seed\" : \"one\","));
    assertThatThrownBy(() -> StudyJson.read(file)).hasMessageContaining("study.runs[0].seed: ");
    Files.writeString(file, whole.replaceFirst("\"FINISHED\"", "\"PERHAPS\""));
    assertThatThrownBy(() -> StudyJson.read(file)).hasMessageContaining("study.runs[0].status: ");
  }

  @Test
  void refusesWhatIsNotAStudy() throws Exception {
    Path file = folder.resolve("study.json");
    assertThatThrownBy(() -> StudyJson.read(file))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING));
    for (String text : List.of("{}", "{\"format\": \"graft-study-9\", \"study\": {}}")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> StudyJson.read(file))
          .isInstanceOf(GraftException.class)
          .hasMessageContaining("graft-study-1");
    }
    for (String text : List.of("null", "{\"info\": null}", "{\"runs\": 3}")) {
      Files.writeString(file, "{\"format\": \"graft-study-1\", \"study\": " + text + "}");
      assertThatThrownBy(() -> StudyJson.read(file)).isInstanceOf(GraftException.class);
    }
  }
}
