package dev.graft.experiments.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunCost;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code results.json}: a list with one object for every run, in the layout of the results of
 * PEFT's method comparison ({@code method_comparison/MetaMathQA/results}), so that what reads those
 * reads these. What does not exist here is null. What that layout has no place for stands under
 * {@code graft}.
 *
 * <p>"test accuracy" is the study's first measure that is a share; "forgetting" is the loss on the
 * source domain after training minus before it. "sha" of a data file is the SHA-256 of its content.
 */
public final class ResultsJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String STATUS = "status";

  private ResultsJson() {}

  /**
   * Writes the runs of a study.
   *
   * @param manifest the manifest of a run as JSON text, where there is one
   * @throws dev.graft.api.error.GraftException {@code file.write} when it cannot be written
   */
  public static void write(
      Path file, StudyResults results, Function<RunResult, Optional<String>> manifest) {
    AtomicFile.writeString(file, Json.pretty(of(results, manifest)));
  }

  static ArrayNode of(StudyResults results, Function<RunResult, Optional<String>> manifest) {
    ArrayNode out = NODES.arrayNode();
    for (RunResult run : results.runs()) {
      JsonNode json = manifest.apply(run).map(ResultsJson::parse).orElse(NODES.objectNode());
      ObjectNode node = out.addObject();
      node.set("run_info", runInfo(results, run, json));
      node.set("train_info", trainInfo(results, run));
      node.set("meta_info", metaInfo(results, json));
      node.set("graft", graft(results, run));
    }
    return out;
  }

  private static JsonNode parse(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException("a manifest that is not JSON", e);
    }
  }

  private static ObjectNode runInfo(StudyResults results, RunResult run, JsonNode manifest) {
    JsonNode recipe = manifest.path("recipe");
    ObjectNode out = NODES.objectNode();
    out.set("created_at", orNull(manifest.path("created")));
    out.putNull("total_time");
    out.put("experiment_name", name(results, run));
    out.putNull("peft_branch");
    out.set("train_config", trainConfig(run, recipe));
    out.set("peft_config", peftConfig(recipe));
    out.put("error_msg", run.error().orElse(""));
    return out;
  }

  private static String name(StudyResults results, RunResult run) {
    return results.info().name()
        + "/"
        + String.join("-", run.levels().values())
        + "-"
        + run.engine()
        + "-seed"
        + run.seed();
  }

  private static ObjectNode trainConfig(RunResult run, JsonNode recipe) {
    ObjectNode out = NODES.objectNode();
    out.set("model_id", orNull(recipe.path("base_model")));
    out.set("dtype", orNull(recipe.path("backend").path("dtype")));
    out.set("max_seq_length", orNull(recipe.path("sequence_len")));
    out.set("batch_size", batch(recipe));
    out.putNull("batch_size_eval");
    out.set(
        "max_steps",
        recipe.path("max_steps").isNumber()
            ? recipe.path("max_steps")
            : run.cost().<JsonNode>map(c -> NODES.numberNode(c.steps())).orElse(NODES.nullNode()));
    out.set("eval_steps", orNull(recipe.path("eval_steps")));
    out.putNull("compile");
    out.putNull("query_template");
    out.put("seed", run.seed());
    out.set("grad_norm_clip", orNull(recipe.path("max_grad_norm")));
    out.set("optimizer_type", orNull(recipe.path("optimizer").path("type")));
    out.putObject("optimizer_kwargs")
        .<ObjectNode>set("lr", orNull(recipe.path("learning_rate")))
        .set("weight_decay", orNull(recipe.path("weight_decay")));
    out.set("lr_scheduler", orNull(recipe.path("lr_scheduler")));
    out.putNull("use_amp");
    out.putNull("autocast_adapter_dtype");
    out.putObject("generation_kwargs");
    out.putNull("attn_implementation");
    return out;
  }

  /** Rows of an optimizer step. */
  private static JsonNode batch(JsonNode recipe) {
    JsonNode rows = recipe.path("micro_batch_size");
    JsonNode times = recipe.path("gradient_accumulation_steps");
    return rows.isInt() && times.isInt()
        ? NODES.numberNode(rows.intValue() * times.intValue())
        : NODES.nullNode();
  }

  /** The adapter's block with the name of its kind and of LoRA's alpha as PEFT has them. */
  private static JsonNode peftConfig(JsonNode recipe) {
    JsonNode adapter = recipe.path("adapter");
    if (!adapter.isObject() || adapter.path("type").asText().equals("full")) {
      return NODES.nullNode();
    }
    ObjectNode out = NODES.objectNode();
    out.put("task_type", "CAUSAL_LM");
    adapter
        .properties()
        .forEach(
            e -> {
              switch (e.getKey()) {
                case "type" -> out.put("peft_type", e.getValue().asText().toUpperCase(Locale.ROOT));
                case "alpha" -> out.set("lora_alpha", e.getValue());
                default -> out.set(e.getKey(), e.getValue());
              }
            });
    return out;
  }

  private static ObjectNode trainInfo(StudyResults results, RunResult run) {
    Optional<RunCost> cost = run.cost();
    ObjectNode out = NODES.objectNode();
    out.putNull("accelerator_memory_reserved_avg");
    out.putNull("accelerator_memory_max");
    out.putNull("accelerator_memory_reserved_99th");
    out.set("train_time", cost.map(c -> number(c.seconds())).orElse(NODES.nullNode()));
    out.putNull("file_size");
    out.set(
        "num_trainable_params",
        cost.<JsonNode>map(c -> NODES.numberNode(c.trainableParameters()))
            .orElse(NODES.nullNode()));
    out.putNull("num_total_params");
    switch (run.status()) {
      case FINISHED -> out.put(STATUS, "success");
      case FAILED -> out.put(STATUS, "failed");
      case MISSING -> out.put(STATUS, "canceled");
    }
    out.set("metrics", metrics(results, run));
    return out;
  }

  /** What was evaluated on the way, then one entry for the end. */
  private static ArrayNode metrics(StudyResults results, RunResult run) {
    ArrayNode out = NODES.arrayNode();
    Optional<MeasureInfo> accuracy =
        results.measures().stream()
            .filter(m -> m.unit() == Unit.SHARE && m.direction() == Direction.HIGHER)
            .findFirst();
    TreeMap<Integer, ObjectNode> steps = new TreeMap<>();
    for (Curve curve : run.curves()) {
      if (curve.name().equals("loss")) {
        continue;
      }
      boolean isAccuracy = accuracy.filter(a -> a.name().equals(curve.name())).isPresent();
      String name = isAccuracy ? "valid accuracy" : curve.name().replace("eval_loss", "valid loss");
      for (Point p : curve.points()) {
        steps
            .computeIfAbsent(p.step(), s -> NODES.objectNode().put("step", s))
            .set(name, number(p.value()));
      }
    }
    steps.forEach(
        (step, node) -> {
          Integer last = steps.lowerKey(step);
          node.set("train loss", trainLoss(run, last == null ? -1 : last, step));
        });
    steps.values().forEach(out::add);
    if (run.status() != RunStatus.FINISHED) {
      return out;
    }
    ObjectNode last = out.addObject();
    run.cost().ifPresent(c -> last.put("step", c.steps()));
    accuracy.ifPresent(a -> last.set("test accuracy", number(run.after().get(a.name()))));
    int evaluated =
        steps.isEmpty() ? -1 : Optional.ofNullable(steps.lowerKey(steps.lastKey())).orElse(-1);
    last.set("train loss", trainLoss(run, evaluated, Integer.MAX_VALUE));
    last.putNull("train samples");
    run.cost().ifPresent(c -> last.put("train total tokens", c.tokens()));
    Double before = run.before().get("source_loss");
    Double after = run.after().get("source_loss");
    last.set(
        "forgetting", number(before == null || after == null ? null : (Double) (after - before)));
    return out;
  }

  /** The mean training loss of the steps after one and up to another. */
  private static JsonNode trainLoss(RunResult run, int after, int upTo) {
    OptionalDouble mean =
        run.curve("loss").stream()
            .flatMap(c -> c.points().stream())
            .filter(p -> p.step() > after && p.step() <= upTo)
            .mapToDouble(Point::value)
            .average();
    return mean.isPresent() ? number(mean.getAsDouble()) : NODES.nullNode();
  }

  private static ObjectNode metaInfo(StudyResults results, JsonNode manifest) {
    ObjectNode out = NODES.objectNode();
    out.putObject("model_info").putNull("sha").putNull("created_at");
    ObjectNode data = out.putObject("dataset_info");
    for (JsonNode file : manifest.path("data")) {
      ObjectNode entry = data.putObject(file.path("file").asText());
      entry.set("sha", orNull(file.path("sha256")));
      entry.putNull("created_at");
    }
    ObjectNode packages = out.putObject("package_info");
    for (String name : List.of("transformers", "peft", "datasets", "bitsandbytes", "torch")) {
      packages.putNull(name + "-version").putNull(name + "-commit-hash");
    }
    packages.set("graft-version", orNull(manifest.path("graft").path("version")));
    packages.set("graft-commit-hash", orNull(manifest.path("graft").path("commit")));
    ObjectNode system = out.putObject("system_info");
    Map<String, String> machine = results.info().machine();
    system.put("system", machine.get("system"));
    system.putNull("release").putNull("version").putNull("machine");
    system.put("processor", machine.get("processor"));
    system.putNull("accelerator");
    out.putNull("pytorch_info");
    return out;
  }

  private static ObjectNode graft(StudyResults results, RunResult run) {
    ObjectNode out = NODES.objectNode();
    out.put("study", results.info().name());
    out.put("scope", results.info().scope());
    ObjectNode levels = out.putObject("levels");
    run.levels().forEach(levels::put);
    out.put("engine", run.engine());
    out.put("seed", run.seed());
    out.put(STATUS, run.status().name().toLowerCase(Locale.ROOT));
    out.put("folder", run.folder());
    ObjectNode before = out.putObject("before");
    run.before().forEach((k, v) -> before.set(k, number(v)));
    ObjectNode after = out.putObject("after");
    run.after().forEach((k, v) -> after.set(k, number(v)));
    out.set(
        "peak_memory_bytes",
        run.cost()
            .flatMap(RunCost::peakMemoryBytes)
            .<JsonNode>map(NODES::numberNode)
            .orElse(NODES.nullNode()));
    out.set(
        "trained_tokens",
        run.cost()
            .<JsonNode>map(c -> NODES.numberNode(c.trainedTokens()))
            .orElse(NODES.nullNode()));
    ObjectNode machine = out.putObject("machine");
    results.info().machine().forEach(machine::put);
    return out;
  }

  private static JsonNode number(@Nullable Double value) {
    return value == null || !Double.isFinite(value) ? NODES.nullNode() : NODES.numberNode(value);
  }

  private static JsonNode orNull(JsonNode node) {
    return node.isMissingNode() ? NODES.nullNode() : node;
  }
}
