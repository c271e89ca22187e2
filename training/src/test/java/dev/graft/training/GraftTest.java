package dev.graft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.models.generation.GenerationConfig;
import dev.graft.training.model.ModelSettings;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import dev.graft.training.run.RunSummary;
import dev.graft.training.run.StepMetrics;
import dev.graft.training.run.TrainingListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graft as programs use it. */
public final class GraftTest {
  private static final Path TINY = Path.of("../examples/tiny").toAbsolutePath().normalize();
  private static final String PROMPT = "Once";

  @TempDir Path folder;

  private Recipe recipe(String engine, String out) {
    return RecipeFile.read(
        TINY.resolve("recipe.yaml"),
        List.of(
            "backend.type=" + engine,
            "max_steps=3",
            "output_dir=" + folder.resolve(out),
            "val_set_size=0"));
  }

  @Test
  void trainsLoadsGeneratesAndSavesOnAnEngineThatIsChosenAtRunTime() {
    Graft graft = Graft.create();
    assertThat(graft.engines()).contains("reference");
    List<Integer> steps = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics metrics) {
            steps.add(metrics.step());
          }
        };
    for (String engine : graft.engines()) {
      steps.clear();
      RunSummary run = graft.train(recipe(engine, engine), listener);
      assertThat(steps).containsExactly(1, 2, 3);
      Path base = TINY.resolve("model");
      Path merged = folder.resolve(engine + "-merged");
      String adapted;
      try (Model model = graft.load(base, ModelSettings.on(engine).withAdapter(run.result()))) {
        adapted = model.generate(PROMPT, 8);
        model.save(merged);
        assertThat(model.answer("Say yes.", 4)).isNotNull();
      }
      try (Model model = graft.load(merged, ModelSettings.on(engine))) {
        assertThat(model.generate(PROMPT, 8)).as(engine).isEqualTo(adapted);
        assertThatThrownBy(() -> model.save(folder.resolve("again")))
            .hasMessageContaining("with an adapter");
        assertThatThrownBy(() -> model.generate("", 8)).hasMessageContaining("text to continue");
      }
      Model closed = graft.load(base, ModelSettings.on(engine));
      closed.close();
      assertThatThrownBy(() -> closed.generate(PROMPT, 8)).hasMessageContaining("closed");
    }
  }

  @Test
  void threadsShareGraftAndAModel() throws Exception {
    Graft graft = Graft.create();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (Model model = graft.load(TINY.resolve("model"), ModelSettings.on("reference"))) {
      String alone = model.generate(PROMPT, 8);
      List<Callable<Object>> tasks = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        String out = "run-" + i;
        tasks.add(() -> graft.train(recipe("reference", out), new TrainingListener() {}).loss());
        tasks.add(() -> model.generate(PROMPT, 8));
        tasks.add(
            () ->
                model
                    .generate(List.of(PROMPT, PROMPT), GenerationConfig.greedy(8, Set.of()))
                    .get(1));
      }
      List<Object> results = new ArrayList<>();
      for (Future<Object> f : pool.invokeAll(tasks)) {
        results.add(f.get());
      }
      assertThat(results.get(0)).isEqualTo(results.get(3));
      assertThat(List.of(results.get(1), results.get(2), results.get(4), results.get(5)))
          .containsOnly(alone);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void worksInAnApplicationWithAClassLoaderOfItsOwn() throws Exception {
    // In a process of its own, since native libraries load once.
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.offline=true",
                "-cp",
                Path.of(
                        Application.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString(),
                Application.class.getName(),
                System.getProperty("java.class.path"),
                TINY.resolve("model").toString(),
                PROMPT)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Graft graft = Graft.create();
    try (Model model = graft.load(TINY.resolve("model"), ModelSettings.on("reference"))) {
      String text = model.generate(PROMPT, 8).replace("\n", "\\n");
      assertThat(output.lines())
          .contains("ChildFirst: response-only")
          .containsAll(
              graft.engines().stream().map(e -> "ChildFirst, " + e + ": " + text).toList());
    }
  }

  @Test
  void keepsNoStaticState() {
    for (Class<?> c : Arrays.asList(Graft.class, Model.class)) {
      assertThat(
              Arrays.stream(c.getDeclaredFields())
                  .filter(f -> java.lang.reflect.Modifier.isStatic(f.getModifiers())))
          .as(c.getName())
          .isEmpty();
    }
  }
}
