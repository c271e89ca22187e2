package dev.graft.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.DatasetType;
import dev.graft.training.optim.ScheduleKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeFileTest {
  private static final String GOOD =
      """
      base_model: models/tiny
      datasets:
        - path: data.json
          type: alpaca
      adapter: {type: lora, r: 8, target_modules: [q_proj, v_proj]}
      masking: response-only
      backend: {type: reference, dtype: bf16}
      output_dir: runs/a
      learning_rate: 1e-4
      """;

  @TempDir Path folder;

  private Recipe read(String yaml, String... overrides) {
    return RecipeFile.read(file(yaml), List.of(overrides));
  }

  private Path file(String yaml) {
    try {
      return Files.writeString(folder.resolve("recipe.yaml"), yaml);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private GraftException fail(String yaml, String... overrides) {
    return catchThrowableOfType(GraftException.class, () -> read(yaml, overrides));
  }

  @Test
  void readsARecipeWithItsDefaults() {
    Recipe r = read(GOOD);
    assertThat(r.baseModel()).isEqualTo(folder.resolve("models/tiny").toString());
    assertThat(r.datasets())
        .containsExactly(
            new DatasetEntry(folder.resolve("data.json").toString(), DatasetType.ALPACA, 1));
    assertThat(r.outputDir()).isEqualTo(folder.resolve("runs/a").toString());
    assertThat(r.adapter().type()).isEqualTo("lora");
    assertThat(r.adapter().options())
        .isEqualTo(Map.of("r", 8, "target_modules", List.of("q_proj", "v_proj")));
    assertThat(r.masking().blocks())
        .containsExactly(PluginBlock.fromConfig(Map.of("type", "response-only")));
    assertThat(r.precision()).isEqualTo(Precision.BF16);
    assertThat(r.backendPlugin().toConfig()).isEqualTo(Map.of("type", "reference"));
    assertThat(r.learningRate()).isEqualTo(1e-4);
    assertThat(r.lrScheduler()).isEqualTo(ScheduleKind.COSINE);
    assertThat(r.maxSteps()).isEmpty();
    assertThat(r.isFull()).isFalse();
  }

  @Test
  void writesWhatItReads() {
    Recipe r = read(GOOD, "eval_steps=7", "optimizer={type: adamw, betas: [0.9, 0.95]}");
    Recipe again = read(RecipeFile.toYaml(r.toMap()));
    assertThat(again).isEqualTo(r);
    assertThat(r.toMap()).containsEntry("lr_scheduler", "cosine").containsEntry("eval_steps", 7);
  }

  @Test
  void overridesReachIntoBlocksAndLists() {
    Recipe r =
        read(
            GOOD,
            "adapter.r=16",
            "masking.type=none",
            "datasets.0.type=prompt-completion",
            "backend.type=other",
            "max_steps=3",
            "output_dir=here",
            "adapter.target_modules=[k_proj]",
            "lr_scheduler=inverse-sqrt");
    assertThat(r.adapter().options())
        .isEqualTo(Map.of("r", 16, "target_modules", List.of("k_proj")));
    assertThat(r.masking()).hasToString("none");
    assertThat(r.datasets().get(0).type()).isEqualTo(DatasetType.PROMPT_COMPLETION);
    assertThat(r.backend().type()).isEqualTo("other");
    assertThat(r.maxSteps()).contains(3);
    assertThat(r.lrScheduler()).isEqualTo(ScheduleKind.INVERSE_SQRT);
    assertThat(r.outputDir()).isEqualTo(Path.of("here").toAbsolutePath().toString());
  }

  @Test
  void masksMayBeAList() {
    String list = GOOD.replaceFirst("masking: .*", "masking: [none, {type: response-only, a: 1}]");
    Recipe r = read(list, "masking.0.b=2", "masking.1.type=spans");
    assertThat(r.masking().blocks())
        .containsExactly(
            PluginBlock.fromConfig(Map.of("type", "none", "b", 2)),
            PluginBlock.fromConfig(Map.of("type", "spans", "a", 1)));
    assertThat(r.masking()).hasToString("none + spans");
    assertThat(read(RecipeFile.toYaml(r.toMap()))).isEqualTo(r);
    assertThat(read(list, "masking=none").masking().blocks()).hasSize(1);
    assertThat(fail(list, "masking=[]")).hasMessageContaining("at least one mask");
    assertThat(fail(list, "masking.type=none").code()).isEqualTo(ErrorCode.USAGE);
    assertThat(fail(list, "masking=[[none]]")).hasMessageContaining("a plugin's name or a block");
  }

  @Test
  void takesDefaultsOnlyWhereTheRecipeIsSilent() {
    Path file = file(GOOD.replace("output_dir: runs/a\n", ""));
    Recipe r =
        RecipeFile.read(file, Map.of("output_dir", "out", "backend", "djl-pytorch"), List.of());
    assertThat(r.outputDir()).isEqualTo(folder.resolve("out").toString());
    assertThat(r.backend().type()).isEqualTo("reference");
  }

  @Test
  void namesTheLineOfMalformedYaml() {
    GraftException e = fail(GOOD + "seed: [1, 2\n");
    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE);
    assertThat(e).hasMessageContaining("recipe.yaml").hasMessageContaining("line 10");
  }

  @Test
  void refusesAKeyThatStandsTwice() {
    GraftException e = fail(GOOD + "output_dir: runs/b\n");
    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE);
    assertThat(e)
        .hasMessageContaining("Duplicate")
        .hasMessageContaining("output_dir")
        .hasMessageContaining("line 10");
  }

  @Test
  void refusesWhatIsNoRecipe() {
    assertThat(fail("")).hasMessageContaining("an empty file");
    assertThat(fail("# nothing\n\n")).hasMessageContaining("an empty file");
    assertThat(fail("- a\n- b\n")).hasMessageContaining("keys and values");
    GraftException missing =
        catchThrowableOfType(
            GraftException.class, () -> RecipeFile.read(folder.resolve("none.yaml"), List.of()));
    assertThat(missing.code()).isEqualTo(ErrorCode.FILE_MISSING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning_rat: 1|config.unknown-key|Did you mean 'learning_rate'?",
        "datasets: []|config.value|at least one entry",
        "datasets: [{path: a}]|config.missing-key|datasets[0].type",
        "datasets: [{path: a, typ: b}]|config.unknown-key|datasets[0].typ",
        "datasets: [{path: a, type: alpac}]|config.value|Did you mean 'alpaca'?",
        "datasets: [{path: a, type: text, weight: 0}]|config.value|above 0",
        "datasets: {path: a}|config.type|list of block",
        "sequence_len: 1|config.value|sequence_len of at least 2",
        "sequence_len: many|config.type|received 'many'",
        "sequence_len: 1.5|config.type|received '1.5'",
        "micro_batch_size: 0|config.value|micro_batch_size of at least 1",
        "gradient_accumulation_steps: 0|config.value|received 0",
        "num_epochs: 0|config.value|num_epochs",
        "max_steps: -1|config.value|max_steps",
        "learning_rate: 0|config.value|learning_rate above 0",
        "learning_rate: .nan|config.value|line 9",
        "lr_scheduler: cosin|config.value|Did you mean 'cosine'?",
        "cosine_min_lr_ratio: 2|config.value|from 0 to 1",
        "warmup_ratio: 1|config.value|warmup_ratio",
        "warmup_steps: -1|config.value|warmup_steps",
        "weight_decay: -0.1|config.value|weight_decay",
        "max_grad_norm: -1|config.value|means no clipping",
        "val_set_size: 1.5|config.value|whole number",
        "eval_steps: 0|config.value|eval_steps",
        "save_steps: 0|config.value|save_steps",
        "save_total_limit: 0|config.value|save_total_limit",
        "logging_steps: 0|config.value|logging_steps",
        "seed: -1|config.value|seed of at least 0",
        "seed: 1.5|config.type|seed",
        "adapter: {r: 8}|config.missing-key|'type'",
        "adapter: [lora]|config.type|adapter",
        "adapter:|config.type|adapter",
        "overlength: refuse|config.value|fail",
        "packing: maybe|config.value|best-fit",
      })
  void namesWhatIsWrong(String line, String code, String message) {
    String key = line.substring(0, line.indexOf(':'));
    StringBuilder yaml = new StringBuilder();
    boolean dropping = false;
    for (String l : GOOD.lines().toList()) {
      dropping = l.startsWith(" ") ? dropping : l.startsWith(key + ":");
      yaml.append(dropping ? "" : l + "\n");
    }
    GraftException e = fail(yaml + line + "\n");
    assertThat(e.code().id()).isEqualTo(code);
    assertThat(e).hasMessageContaining(message);
    assertThat(e.code().exitStatus()).isEqualTo(2);
  }

  @Test
  void refusesTwoWarmUps() {
    assertThat(fail(GOOD + "warmup_ratio: 0.1\nwarmup_steps: 3\n"))
        .hasMessageContaining("only one of warmup_ratio and warmup_steps");
  }

  @Test
  void refusesAnUnknownPrecision() {
    Recipe r = read(GOOD, "backend.dtype=fp16");
    GraftException e = catchThrowableOfType(GraftException.class, r::precision);
    assertThat(e).hasMessageContaining("backend.dtype").hasMessageContaining("bf16, fp32");
  }

  @Test
  void roundsAWarmUpRatioUp() {
    assertThat(read(GOOD, "warmup_ratio=0.03").warmupOf(101)).isEqualTo(4);
    assertThat(read(GOOD, "warmup_steps=5").warmupOf(101)).isEqualTo(5);
    assertThat(read(GOOD).warmupOf(101)).isZero();
  }

  @Test
  void refusesMalformedOverrides() {
    for (String bad :
        List.of("seed", "=3", "adapter..r=3", "learning_rate.x=3", "datasets.7.path=x", "a=[")) {
      GraftException e = fail(GOOD, bad);
      assertThat(e.code()).as(bad).isEqualTo(ErrorCode.USAGE);
      assertThat(e).hasMessageContaining("'" + bad + "'");
    }
  }
}
