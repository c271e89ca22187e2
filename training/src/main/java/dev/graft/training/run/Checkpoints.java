package dev.graft.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.TensorType;
import dev.graft.models.MergedWeights;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import dev.graft.training.optim.Restarts;
import dev.graft.training.step.TrainStep;
import dev.graft.training.step.Trainable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run folder: {@code checkpoint-<step>} with {@code trainables.safetensors},
 * {@code optimizer.safetensors} and {@code state.json}; and once an adapter has been merged into
 * the weights, these, by their names and in f32, in {@code merged.safetensors}. Noise and data
 * order follow from the seed and the step, so nothing else is needed to go on exactly. A checkpoint
 * appears whole or not at all.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,9})");
  private static final String TRAINABLES = "trainables.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String MERGED = "merged.safetensors";
  private static final String STATE = "state.json";

  private final Path folder;
  private final int keep;
  private final Map<String, TensorType> trainables = new LinkedHashMap<>();
  private final Map<String, TensorType> optimizer;
  private final Restarts restarts;
  private final Optional<MergedWeights> merged;

  /**
   * The checkpoints of a run.
   *
   * @param folder the run's folder
   */
  Checkpoints(Path folder, PreparedRun run) {
    this.folder = folder;
    this.keep = run.recipe().saveTotalLimit();
    for (Trainable t : run.trainedModel().kept()) {
      trainables.put(t.variable(), t.type());
    }
    this.optimizer = TrainStep.state(run.trainedModel(), run.optimizer());
    this.restarts = run.recipe().restarts();
    this.merged = TrainingState.merged(run);
  }

  static boolean isCheckpoint(Path path) {
    return NAME.matcher(String.valueOf(path.getFileName())).matches();
  }

  /** Saves the backend's variables; afterwards old checkpoints go. */
  Path write(Backend backend, Progress progress) {
    Path path = folder.resolve("checkpoint-" + progress.step());
    AtomicFolder.replace(
        path,
        temporary -> {
          SafetensorsWriter.write(temporary.resolve(TRAINABLES), entries(backend, trainables));
          SafetensorsWriter.write(temporary.resolve(OPTIMIZER), entries(backend, optimizer));
          if (restarts.mergesAfter(progress.step()) > 0) {
            SafetensorsWriter.write(temporary.resolve(MERGED), mergedEntries(backend));
          }
          AtomicFile.writeString(temporary.resolve(STATE), Json.pretty(progress));
        });
    List<Path> all = newestFirst();
    all.subList(Math.min(keep, all.size()), all.size()).forEach(AtomicFolder::remove);
    return path;
  }

  private static List<SafetensorsWriter.Entry> entries(
      Backend backend, Map<String, TensorType> variables) {
    List<SafetensorsWriter.Entry> out = new ArrayList<>();
    variables.forEach(
        (name, type) -> out.add(new SafetensorsWriter.Entry(name, type, () -> backend.read(name))));
    return out;
  }

  private List<SafetensorsWriter.Entry> mergedEntries(Backend backend) {
    MergedWeights weights = merged.orElseThrow();
    List<SafetensorsWriter.Entry> out = new ArrayList<>();
    weights
        .types()
        .forEach(
            (weight, type) ->
                out.add(
                    new SafetensorsWriter.Entry(
                        weight, type, () -> weights.read(weight, backend))));
    return out;
  }

  private List<Path> newestFirst() {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .filter(Checkpoints::isCheckpoint)
              .sorted(Comparator.comparingInt(Checkpoints::step).reversed())
              .toList());
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    }
  }

  private static int step(Path checkpoint) {
    Matcher m = NAME.matcher(String.valueOf(checkpoint.getFileName()));
    return m.matches() ? Integer.parseInt(m.group(1)) : -1;
  }

  /** The newest checkpoint that is whole; damaged ones are logged and passed over. */
  Optional<Saved> newest() {
    for (Path path : newestFirst()) {
      try {
        return Optional.of(open(path));
      } catch (GraftException e) {
        LOG.warn("passing over the damaged checkpoint {}: {}", path, e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Saved open(Path path) {
    Progress progress = progress(path.resolve(STATE));
    if (progress.step() != step(path)) {
      throw Reading.malformed(
          path.resolve(STATE), "expected step " + step(path) + ", received " + progress.step());
    }
    Safetensors values = check(path.resolve(TRAINABLES), trainables);
    Safetensors state = check(path.resolve(OPTIMIZER), optimizer);
    Optional<Safetensors> weights =
        restarts.mergesAfter(progress.step()) == 0
            ? Optional.empty()
            : merged.map(m -> check(path.resolve(MERGED), m.types()));
    return new Saved(path, progress, values, state, weights);
  }

  private static Progress progress(Path file) {
    ObjectNode json = Json.object(file);
    try {
      return Json.mapper().treeToValue(json, Progress.class);
    } catch (JsonProcessingException e) {
      throw Reading.malformed(file, "expected the state of a run: " + e.getOriginalMessage(), e);
    }
  }

  private static Safetensors check(Path file, Map<String, TensorType> expected) {
    Safetensors tensors = Safetensors.open(file);
    if (!tensors.names().equals(expected.keySet())) {
      throw Reading.malformed(file, "expected other tensors than it holds");
    }
    expected.forEach(
        (name, type) -> {
          TensorType found = new TensorType(tensors.dtype(name), tensors.shape(name));
          if (!found.equals(type)) {
            throw Reading.malformed(
                file, "expected " + type + " for '" + name + "', received " + found);
          }
        });
    return tensors;
  }

  /**
   * A checkpoint that can be loaded.
   *
   * @param merged the weights that an adapter has been merged into, by name; empty before that
   */
  record Saved(
      Path path,
      Progress progress,
      Safetensors trainables,
      Safetensors optimizer,
      Optional<Safetensors> merged) {
    /** Writes trainables and the optimizer's state to a backend's variables. */
    void load(Backend backend) {
      for (Safetensors tensors : List.of(trainables, optimizer)) {
        tensors.names().forEach(n -> backend.write(n, tensors.tensor(n), tensors.dtype(n)));
      }
    }
  }
}
