package dev.graft.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.models.files.AtomicFolder;
import dev.graft.training.Graft;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.PreparedRun;
import dev.graft.training.run.StepMetrics;
import dev.graft.training.run.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One epoch over rows of Alpaca's form with loss on responses: LoRA, r 8, on q and v. Arguments:
 * the engine, {@code fp32} or {@code bf16}, a model folder, the data, the recipe's {@code packing},
 * and perhaps how many of the rows.
 */
final class EpochChild {
  private EpochChild() {}

  public static void main(String[] args) throws IOException {
    Path out = Files.createTempDirectory("epoch");
    String rows = args.length > 5 ? args[5] : "all";
    String data = args.length > 5 ? first(Integer.parseInt(rows), args[3], out) : args[3];
    Recipe recipe =
        Recipe.of(
            Map.ofEntries(
                Map.entry("base_model", args[2]),
                Map.entry("datasets", List.of(Map.of("path", data, "type", "alpaca"))),
                Map.entry(
                    "adapter",
                    Map.of(
                        "type",
                        "lora",
                        "r",
                        8,
                        "alpha",
                        16,
                        "target_modules",
                        List.of("q_proj", "v_proj"))),
                Map.entry("masking", "response-only"),
                Map.entry("backend", Map.of("type", args[0], "dtype", args[1])),
                Map.entry("sequence_len", 512),
                Map.entry("micro_batch_size", 1),
                Map.entry("packing", args[4]),
                Map.entry("num_epochs", 1),
                Map.entry("learning_rate", 2e-4),
                Map.entry("val_set_size", 0),
                Map.entry("save_steps", 100_000),
                Map.entry("output_dir", out.resolve("run").toString())));
    Heard heard = new Heard();
    Graft.create().train(recipe, heard);
    heard.meter.print(
        args[4] + (rows.equals("all") ? "" : ", " + rows + " rows"),
        (double) heard.tokens,
        0,
        Map.of(
            "mean_loss",
            heard.losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
            "steps",
            heard.losses.size(),
            "first_step_s",
            heard.first,
            "second_half",
            heard.secondHalf()));
    AtomicFolder.delete(out);
  }

  private static String first(int rows, String data, Path folder) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> all = new ArrayList<>();
    json.readTree(Path.of(data).toFile()).forEach(all::add);
    Path some = folder.resolve("rows.json");
    json.writeValue(some.toFile(), all.subList(0, Math.min(rows, all.size())));
    return some.toString();
  }

  /** Times the training, from when the engine holds the weights until the last step is done. */
  private static final class Heard implements TrainingListener {
    private final Meter meter = new Meter();
    private final List<Double> losses = new ArrayList<>();
    private double first;
    private long tokens;
    private final List<Long> ends = new ArrayList<>();
    private long start;
    private long busy;

    /** Steps a second of the second half as a multiple of the first's, which compiles nothing. */
    double secondHalf() {
      int last = ends.size() - 1;
      int middle = (last + 1) / 2;
      double before = (double) (ends.get(middle) - ends.get(0)) / Math.max(1, middle);
      double after = (double) (ends.get(last) - ends.get(middle)) / Math.max(1, last - middle);
      return before / after;
    }

    @Override
    public void onStart(PreparedRun run, String device, int stepsDone) {
      start = System.nanoTime();
      busy = Meter.processorNanos();
    }

    @Override
    public void onStep(StepMetrics m) {
      if (losses.isEmpty()) {
        first = Meter.sinceStart();
      }
      losses.add(m.loss());
      ends.add(System.nanoTime());
      tokens += m.tokens();
      if (m.step() == m.totalSteps()) {
        meter.add((System.nanoTime() - start) / 1e9, (Meter.processorNanos() - busy) / 1e9);
      }
    }
  }
}
