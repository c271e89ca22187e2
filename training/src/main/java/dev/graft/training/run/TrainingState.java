package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterConstants;
import dev.graft.models.AdapterFolder;
import dev.graft.models.BoundParameter;
import dev.graft.models.WeightSpec;
import dev.graft.models.Weights;
import dev.graft.models.safetensors.SafetensorsWriter;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.init.ParameterValues;
import dev.graft.training.step.AveragedPoint;
import dev.graft.training.step.TrainStep;
import dev.graft.training.step.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The variables of a run on its backend: weights, the adapter's constants, trainables, the
 * optimizer's state.
 */
final class TrainingState {
  private static final String CONFIG = "config.json";

  private final PreparedRun run;
  private final Backend backend;

  /** Loads the model's weights and computes what of the adapter follows from them. */
  TrainingState(PreparedRun run, Backend backend) {
    this.run = run;
    this.backend = backend;
    TrainedModel model = run.trainedModel();
    run.folder().weights().load(backend, model.compute(), model.trainableWeights());
    model
        .adapter()
        .ifPresent(
            a ->
                AdapterConstants.load(
                    a,
                    model.model(),
                    model.compute(),
                    model.trainableWeights(),
                    backend,
                    g -> Expansion.compile(backend, g)));
  }

  /** Writes what a run starts with; weights that are trained themselves are loaded already. */
  void initialise() {
    ParameterValues values = new ParameterValues(run.recipe().seed());
    Weights weights = run.folder().weights();
    for (BoundParameter p : run.adapter().map(AdapterBinding::parameters).orElse(List.of())) {
      HostTensor value =
          values.of(
              p.variable(),
              p.spec().shape(),
              p.spec().initializer(),
              () -> held(weights.tensor(run.folder().model().weight(p.site()))));
      backend.write(p.variable(), value, DType.F32);
    }
    TrainStep.state(run.trainedModel(), run.optimizer())
        .forEach(
            (name, type) ->
                backend.write(
                    name, HostTensor.generate(DType.F32, type.shape(), i -> 0), DType.F32));
  }

  /** A weight with the values that the passes see. */
  private HostTensor held(HostTensor weight) {
    return weight.cast(run.trainedModel().compute());
  }

  /**
   * Writes the trained adapter, or the trained model with its frozen weights as they were, at the
   * point that the optimizer evaluates.
   */
  Path export(RunFolder folder) {
    return new AveragedPoint(backend, run.graphs()).at(() -> write(folder));
  }

  private Path write(RunFolder folder) {
    if (run.adapter().isPresent()) {
      AdapterBinding binding = run.adapter().get();
      Map<String, HostTensor> values = new LinkedHashMap<>();
      for (BoundParameter p : binding.parameters()) {
        values.put(p.variable(), backend.read(p.variable()));
      }
      Map<String, HostTensor> weights = new LinkedHashMap<>();
      run.trainedModel().trainableWeights().forEach(w -> weights.put(w, backend.read(w)));
      Folders.write(
          folder.adapter(),
          f -> AdapterFolder.write(f, binding, values, weights, run.recipe().baseModel()));
      return folder.adapter();
    }
    Folders.write(folder.model(), this::writeModel);
    return folder.model();
  }

  private void writeModel(Path to) {
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    Set<String> trained = run.trainedModel().trainableWeights();
    for (WeightSpec w : run.folder().model().weights()) {
      if (trained.contains(w.name())) {
        TensorType type = new TensorType(DType.F32, w.shape());
        entries.add(new SafetensorsWriter.Entry(w.name(), type, () -> backend.read(w.name())));
      } else {
        HostTensor frozen = run.folder().weights().tensor(w.name());
        entries.add(new SafetensorsWriter.Entry(w.name(), frozen.type(), () -> frozen));
      }
    }
    SafetensorsWriter.write(to.resolve("model.safetensors"), entries);
    Path from = run.folder().path();
    copy(from.resolve(CONFIG), to);
    Tokenizer.files(from).forEach(f -> copy(f, to));
  }

  private static void copy(Path file, Path folder) {
    try {
      Files.copy(file, folder.resolve(file.getFileName()));
    } catch (IOException e) {
      throw Folders.failure(folder, e);
    }
  }
}
