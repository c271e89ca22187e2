package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterConstants;
import dev.graft.models.AdapterFolder;
import dev.graft.models.BoundParameter;
import dev.graft.models.CausalLm;
import dev.graft.models.Merge;
import dev.graft.models.MergedWeights;
import dev.graft.models.SavedAdapter;
import dev.graft.models.WeightSpec;
import dev.graft.models.Weights;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.safetensors.Safetensors;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The variables of a run on its backend: weights, the adapter's constants, trainables, the
 * optimizer's state.
 */
final class TrainingState {
  private static final String CONFIG = "config.json";

  private final PreparedRun run;
  private final Backend backend;
  private final Optional<MergedWeights> merged;

  /** Loads the model's weights and computes what of the adapter follows from them. */
  TrainingState(PreparedRun run, Backend backend) {
    this.run = run;
    this.backend = backend;
    this.merged = merged(run);
    TrainedModel model = run.trainedModel();
    run.folder().weights().load(backend, model.compute(), model.trainableWeights());
    computeConstants(model);
  }

  /** The weights that a run merges its adapter into; empty for a run that does not. */
  static Optional<MergedWeights> merged(PreparedRun run) {
    TrainedModel model = run.trainedModel();
    return run.recipe().reloraSteps().isEmpty()
        ? Optional.empty()
        : model.adapter().map(a -> new MergedWeights(model.model(), a, model.compute()));
  }

  private Executable compile(Graph graph) {
    return Expansion.compile(backend, graph);
  }

  private void computeConstants(TrainedModel model) {
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
                    this::compile));
  }

  /** Writes what a run starts with; weights that are trained themselves are loaded already. */
  void initialise() {
    Weights weights = run.folder().weights();
    DType compute = run.trainedModel().compute();
    // The values that the passes see.
    start(0, weight -> weights.tensor(weight).cast(compute));
  }

  /** Writes what a checkpoint holds. */
  void resume(Checkpoints.Saved saved) {
    saved.load(backend);
    if (saved.merged().isPresent()) {
      Safetensors values = saved.merged().get();
      values.names().forEach(w -> merged.orElseThrow().write(w, values.tensor(w), backend));
      int merges = run.recipe().restarts().mergesAfter(saved.progress().step());
      computeConstants(run.phase(merges).trained());
    }
  }

  /**
   * Merges the adapter into the weights and writes what the next phase starts with; weights that
   * are trained themselves stay.
   */
  void restart(Phase from, Phase to) {
    MergedWeights weights = merged.orElseThrow();
    if (from.merges() == 0) {
      weights.begin(run.folder().weights(), backend);
    }
    weights.merge(from.trained().adapter().orElseThrow(), this::compile);
    computeConstants(to.trained());
    start(to.merges(), backend::read);
  }

  /**
   * Writes the first values of the adapter's parameters and of the optimizer's state.
   *
   * @param restart which restart, from 1; 0 for the start of the run
   * @param weight gives a weight by name with the values that the passes see
   */
  private void start(int restart, Function<String, HostTensor> weight) {
    ParameterValues values = new ParameterValues(run.recipe().seed(), restart);
    CausalLm model = run.folder().model();
    for (BoundParameter p : run.adapter().map(AdapterBinding::parameters).orElse(List.of())) {
      HostTensor value =
          values.of(
              p.variable(),
              p.spec().shape(),
              p.spec().initializer(),
              () -> weight.apply(model.weight(p.site())));
      backend.write(p.variable(), value, DType.F32);
    }
    TrainStep.state(run.trainedModel(), run.optimizer())
        .forEach(
            (name, type) ->
                backend.write(
                    name, HostTensor.generate(DType.F32, type.shape(), i -> 0), DType.F32));
  }

  /**
   * Writes the trained adapter, or the trained model with its frozen weights as they were, at the
   * point that the optimizer evaluates. An adapter that was merged into the weights on the way is
   * merged once more, and all weights are written, in f32.
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
      if (merged.isPresent()) {
        merged.get().types().keySet().forEach(w -> weights.put(w, merged.get().read(w, backend)));
        int merges = run.recipe().restarts().mergesAfter(run.plan().steps());
        AdapterBinding last = run.phase(merges).trained().adapter().orElseThrow();
        last.shared().forEach(s -> values.put(s.variable(), backend.read(s.variable())));
        SavedAdapter saved = new SavedAdapter(last, values, weights);
        AtomicFolder.remove(folder.model());
        Merge.write(run.folder(), saved, folder.model(), DType.F32, this::compile);
        return folder.model();
      }
      AtomicFolder.replace(
          folder.adapter(),
          f ->
              AdapterFolder.write(
                  f,
                  binding,
                  values,
                  weights,
                  run.recipe().baseModel(),
                  Optional.of(run.folder().weights())));
      return folder.adapter();
    }
    AtomicFolder.replace(folder.model(), this::writeModel);
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
      throw AtomicFile.failure(folder, e);
    }
  }
}
