package dev.graft.experiments.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StudyPlanTest {
  @TempDir Path folder;

  private StudyPlan plan(String yaml, String scope, String... engines) {
    StudyFile file = Studies.write(folder, yaml);
    try (StudyFolder out = StudyFolder.open(folder.resolve("out"))) {
      Path world = out.world(file.spec().world().orElseThrow());
      return StudyPlan.of(
          file, file.scope(scope), List.of(engines), world, folder.resolve("runs"), new Digests());
    }
  }

  private static List<String> shown(StudyPlan plan) {
    return plan.runs().stream()
        .map(r -> String.join(" ", r.levels().values()) + " " + r.seed() + " " + r.engine())
        .toList();
  }

  @Test
  void runsEveryCombinationOfAScopeOnceWithEverySeed() {
    StudyPlan plan = plan(Studies.YAML, "default", "djl-pytorch", "tensorflow");
    assertThat(shown(plan))
        .containsExactly(
            "full low 1 djl-pytorch",
            "lora low 1 djl-pytorch",
            "lora high 1 djl-pytorch",
            "full low 2 djl-pytorch",
            "lora low 2 djl-pytorch",
            "lora high 2 djl-pytorch",
            "lora low 1 tensorflow",
            "lora low 2 tensorflow");
    assertThat(plan.factors()).extracting("levels").contains(List.of("full", "lora"));
    assertThat(plan.measures()).extracting("name").contains("characters", "maths", "train_loss");
    // What a level means is shown and changes nothing.
    StudyPlan told =
        plan(Studies.YAML.replace("full: {}", "full: {about: all}"), "default", "djl-pytorch");
    assertThat(told.factors().get(0).about()).containsExactly(Map.entry("full", "all"));
    assertThat(told.runs().get(0).id()).isEqualTo(plan.runs().get(0).id());
  }

  @Test
  void changesTheRecipeByLevelsAndThenByRules() {
    StudyPlan plan = plan(Studies.YAML, "default", "djl-pytorch");
    assertThat(plan.runs())
        .extracting(r -> r.recipe().adapter().type() + " " + r.recipe().learningRate())
        .startsWith("full 1.0E-4", "lora 1.0E-4", "lora 0.005");
    assertThat(plan.runs()).extracting(r -> r.recipe().seed()).containsOnly(1L, 2L);
    assertThat(plan.runs().get(0).recipe().datasets().get(0).path()).endsWith("key-values.jsonl");
  }

  @Test
  void aRunIsKnownByAllThatItsNumbersDependOn() {
    List<String> ids =
        plan(Studies.YAML, "quick", "djl-pytorch").runs().stream().map(PlannedRun::id).toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.get(0)).matches("full_high_seed1_djl-pytorch_[0-9a-f]{10}");
    for (Map.Entry<String, String> change :
        Map.of(
                "num_epochs: 4", "num_epochs: 5",
                "every: 2", "every: 3",
                "pairs: 2", "pairs: 3",
                "limit: 2, max_tokens: 4", "limit: 1, max_tokens: 4")
            .entrySet()) {
      String yaml = Studies.YAML.replace(change.getKey(), change.getValue());
      assertThat(plan(yaml, "quick", "djl-pytorch").runs())
          .as(change.getKey())
          .extracting(PlannedRun::id)
          .doesNotContainAnyElementsOf(ids);
    }
    // What people read changes no number.
    String title = Studies.YAML.replace("a title", "another");
    assertThat(plan(title, "quick", "djl-pytorch").runs())
        .extracting(PlannedRun::id)
        .isEqualTo(ids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "study: small; study: small\\nstudies: 1; config.unknown-key; studies",
        "method: [lora], rate: [high]}, set; method: [lora], speed: [high]}, set; config.value; a factor, one of [method, rate], received 'speed'",
        "[{method: [full, lora], rate: [high]}]; [{method: [dora]}]; config.value; one of [full, lora, broken], received 'dora'",
        "${world}/key-values.jsonl; ${word}/key-values.jsonl; config.value; one of [model, world, method, rate], received '${word}'",
        "type: characters; type: letters; config.value; letters",
        "of: maths, ; ''; config.value; one of facts, narratives, maths and stack",
        "seeds: 1, matrices: [{method: [full; seeds: 0, matrices: [{method: [full; config.value; from 1 to 1000 seeds",
        "base_model: ${model}; base_model: nowhere; file.missing; nowhere",
        "key-values.jsonl\", type; no.jsonl\", type; file.missing; no.jsonl"
      })
  void saysWhatIsWrongWithAFile(String of, String by, String code, String says) {
    String yaml = Studies.YAML.replace(of, by.replace("\\n", "\n"));
    assertThat(yaml).isNotEqualTo(Studies.YAML);
    GraftException e =
        catchThrowableOfType(GraftException.class, () -> plan(yaml, "quick", "djl-pytorch"));
    assertThat(e).as(by).isNotNull();
    assertThat(e.code().id()).startsWith(code);
    assertThat(e).hasMessageContaining(says);
  }

  @Test
  void refusesAnUnknownScopeAndAnUnknownVariable() {
    StudyFile file = Studies.write(folder, Studies.YAML);
    assertThat(catchThrowableOfType(GraftException.class, () -> file.scope("huge")))
        .hasMessageContaining("one of [quick, default, failing], received 'huge'")
        .extracting("code")
        .isEqualTo(ErrorCode.USAGE);
    assertThat(
            catchThrowableOfType(
                GraftException.class,
                () -> StudyFile.read(file.path(), List.of(), List.of("modell=x"))))
        .hasMessageContaining("[model]")
        .hasMessageContaining("'modell=x'");
  }
}
