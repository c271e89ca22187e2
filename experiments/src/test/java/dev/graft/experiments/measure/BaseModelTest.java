package dev.graft.experiments.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.tensor.DType;
import dev.graft.experiments.world.WorldFiles;
import dev.graft.models.ModelFolder;
import dev.graft.models.PlacedModel;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.LiveModel;
import dev.graft.training.run.PreparedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model that comes with Graft knows its world and nothing of the targets. */
final class BaseModelTest {
  private static final Path MODEL = Path.of("../studies/base").toAbsolutePath().normalize();

  @TempDir Path folder;

  @Test
  void knowsItsSourceDomainAndNoTarget() throws IOException {
    Path world = folder.resolve("world");
    new WorldFiles(1, 60, 4000, 6000, 60, 2).write(world);
    // The tokenizer is that of the world's texts, so the model fits what the generator writes now.
    assertThat(MODEL.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(world.resolve("tokenizer.json"));
    assertThat(Files.size(MODEL.resolve("model.safetensors"))).isLessThan(20_000_000);
    Map<String, MeasureSpec> measures =
        Map.of(
            "facts", exact(world, Measure.FACTS, 300),
            "narratives", exact(world, Measure.NARRATIVES, 60),
            "maths", exact(world, Measure.MATHS, 60),
            "stack", exact(world, Measure.STACK, 60),
            "facts by choice", choices(world, "acc"),
            "facts by normalized choice", choices(world, "acc-norm"));
    Recipe recipe =
        Recipe.of(
            Map.of(
                "base_model",
                MODEL.toString(),
                "datasets",
                List.of(
                    Map.of(
                        "path",
                        world.resolve("key-values.jsonl").toString(),
                        "type",
                        "prompt-completion")),
                "adapter",
                "full",
                "masking",
                "none",
                "backend",
                "djl-pytorch",
                "val_set_size",
                0,
                "output_dir",
                folder.resolve("run").toString()));
    PreparedRun run = PreparedRun.of(Plugins.discover(), recipe);
    ModelFolder model = run.folder();
    try (Backend backend = run.openBackend();
        StudyProbe probe = new StudyProbe(measures, model)) {
      model.weights().load(backend, DType.F32);
      Map<String, Double> values =
          probe.measure(
              new LiveModel(new PlacedModel(model.model(), Optional.empty(), DType.F32), backend));
      assertThat(values.get("facts")).isGreaterThanOrEqualTo(0.9);
      // Guessing gives a quarter.
      assertThat(values.get("facts by choice")).isGreaterThanOrEqualTo(0.9);
      assertThat(values.get("facts by normalized choice")).isGreaterThanOrEqualTo(0.9);
      assertThat(values.get("narratives")).isGreaterThanOrEqualTo(0.9);
      assertThat(values.get("maths")).isLessThanOrEqualTo(0.05);
      assertThat(values.get("stack")).isLessThanOrEqualTo(0.05);
    }
  }

  private static MeasureSpec exact(Path world, Measure of, int limit) {
    return ConfigBinder.bind(
        Map.of(
            "type",
            "exact",
            "path",
            world.toString(),
            "of",
            of.name().toLowerCase(java.util.Locale.ROOT),
            "limit",
            limit),
        MeasureSpec.class,
        "");
  }

  private static MeasureSpec choices(Path world, String metric) {
    return ConfigBinder.bind(
        Map.of(
            "type",
            "choices",
            "path",
            world.resolve("facts-choices.jsonl").toString(),
            "metric",
            metric,
            "limit",
            300),
        MeasureSpec.class,
        "");
  }
}
