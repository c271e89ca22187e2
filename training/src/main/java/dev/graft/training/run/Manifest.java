package dev.graft.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.files.Sha256;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.recipe.DatasetEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code manifest.json}: all that a run's numbers depend on, so that it can be repeated and
 * compared.
 */
final class Manifest {
  private static final String RECIPE = "recipe";
  private static final String DATA = "data";
  private static final String MODEL = "model";
  private static final String SHA256 = "sha256";
  private static final String CHECKPOINTING = "gradient_checkpointing";
  private static final String BACKEND = "backend.";

  private final ObjectNode json;

  private Manifest(ObjectNode json) {
    this.json = json;
  }

  /** Describes a run that is about to start; reads all of its files. */
  static Manifest of(PreparedRun run) {
    ObjectNode json = Json.mapper().createObjectNode();
    GraftBuild build = GraftBuild.current();
    json.putObject("graft").put("version", build.version()).put("commit", build.commit());
    json.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    json.put("seed", run.recipe().seed());
    ArrayNode plugins = json.putArray("plugins");
    for (Plugin<?> p : run.plugins()) {
      plugins
          .addObject()
          .put("kind", p.kind().key())
          .put("name", p.name())
          .put("version", p.version())
          .put("jar", p.jar());
    }
    json.set("machine", Json.mapper().valueToTree(Machine.here()));
    json.set(RECIPE, Json.mapper().valueToTree(run.recipe().toMap()));
    ArrayNode data = json.putArray(DATA);
    for (DatasetEntry d : run.recipe().datasets()) {
      add(data, Path.of(d.path()), d.path());
    }
    ArrayNode model = json.putArray(MODEL);
    for (Path file : modelFiles(run.folder().path())) {
      add(model, file, String.valueOf(file.getFileName()));
    }
    run.chatTemplate()
        .ifPresent(
            t -> json.putObject("chat_template").put("source", t.source()).put(SHA256, t.sha256()));
    json.set("data_sets", Json.mapper().valueToTree(run.corpus()));
    json.set("training_data", Json.mapper().valueToTree(run.training().statistics()));
    run.heldOut()
        .ifPresent(d -> json.set("held_out_data", Json.mapper().valueToTree(d.statistics())));
    json.set("mask_findings", Json.mapper().valueToTree(run.maskFindings()));
    json.set("plan", Json.mapper().valueToTree(run.plan().statistics()));
    json.put("steps", run.plan().steps());
    json.put("trainable_parameters", run.trainedModel().trainableElements());
    return new Manifest(json);
  }

  private static void add(ArrayNode files, Path file, String name) {
    try {
      files
          .addObject()
          .put("file", name)
          .put("bytes", Files.size(file))
          .put(SHA256, Sha256.of(file));
    } catch (IOException e) {
      throw Reading.failure(file, e);
    }
  }

  private static List<Path> modelFiles(Path folder) {
    List<Path> out = new ArrayList<>();
    out.add(folder.resolve("config.json"));
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(f -> f.toString().endsWith(".safetensors") || isIndex(f))
          .sorted()
          .forEach(out::add);
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    }
    out.addAll(Tokenizer.files(folder));
    return out;
  }

  private static boolean isIndex(Path file) {
    return file.toString().endsWith(".safetensors.index.json");
  }

  static Manifest read(Path file) {
    return new Manifest(Json.object(file));
  }

  /**
   * Which engine ran which steps, in order; the recipe and the plugins tell only of the first. To
   * be written when the engine is open, since only then the device is known.
   */
  EngineHistory engines() {
    return EngineHistory.in(json);
  }

  void write(Path file) {
    AtomicFile.writeString(file, Json.pretty(json));
  }

  /**
   * Checks that a run goes on as it began. Where files lie does not matter, what is in them does.
   * It may go on on another engine, since engines agree up to rounding, but not in another dtype.
   *
   * @throws GraftException {@code resume.mismatch} naming every key and file that differs
   */
  void checkSame(Manifest begun, Path folder) {
    List<String> differences = Flat.differences(recipe(begun.json), recipe(json));
    differences.addAll(changedFiles(begun, DATA, "data set "));
    differences.addAll(changedFiles(begun, MODEL, "model file "));
    if (!differences.isEmpty()) {
      throw new GraftException(
          ErrorCode.RESUME_MISMATCH,
          "expected the recipe, data and model of the unfinished run in '"
              + folder
              + "', received others: "
              + String.join("; ", differences)
              + ". Restore them to go on, choose another output_dir, or restart the run, which"
              + " discards what is there");
    }
  }

  /** What besides recipe, data and model is not as it was: Graft, the plugins, the machine. */
  List<String> otherSurroundings(Manifest then) {
    List<String> out = new ArrayList<>();
    for (String key : List.of("graft", "plugins", "machine")) {
      out.addAll(Flat.differences(Flat.of(then.json.path(key)), Flat.of(json.path(key))));
    }
    return out;
  }

  /** What of a recipe has to stay the same; how much memory a step takes changes no number. */
  private static Map<String, String> recipe(ObjectNode manifest) {
    Map<String, String> out = Flat.of(manifest.path(RECIPE));
    out.keySet().removeIf(k -> isPath(k) || isEngine(k) || k.equals(CHECKPOINTING));
    return out;
  }

  private static boolean isPath(String key) {
    return key.equals("output_dir")
        || key.equals("base_model")
        || key.matches("datasets\\[\\d+]\\.path");
  }

  private static boolean isEngine(String key) {
    return key.startsWith(BACKEND) && !key.equals(BACKEND + "dtype");
  }

  private List<String> changedFiles(Manifest begun, String key, String what) {
    List<String> out = new ArrayList<>();
    JsonNode now = json.path(key);
    JsonNode then = begun.json.path(key);
    for (int i = 0; i < Math.max(now.size(), then.size()); i++) {
      String a = then.path(i).path(SHA256).asText();
      String b = now.path(i).path(SHA256).asText();
      if (!a.equals(b)) {
        JsonNode named = now.has(i) ? now.path(i) : then.path(i);
        out.add(what + named.path("file").asText() + " (another content)");
      }
    }
    return out;
  }
}
