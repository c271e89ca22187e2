package dev.graft.experiments.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.measure.StudyProbe;
import dev.graft.experiments.results.MaskedText;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.models.ModelFolder;
import dev.graft.models.PlacedModel;
import dev.graft.models.files.Json;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.ExistingRun;
import dev.graft.training.run.LiveModel;
import dev.graft.training.run.PreparedRun;
import dev.graft.training.run.StepMetrics;
import dev.graft.training.run.Trainer;
import dev.graft.training.run.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what of a study is missing. Runs are independent: one that fails is noted and does not stop
 * the others; one that was interrupted goes on from its checkpoint; one that is done, with the same
 * recipe, data, model and measures, is not repeated.
 */
public final class StudyRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StudyRunner.class);

  /** Above so many parameters a run has enough to do for all processors. */
  private static final long SMALL_MODEL = 20_000_000;

  private final Plugins plugins;
  private final StudyListener listener;
  private final Set<Trainer> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  public StudyRunner(Plugins plugins, StudyListener listener) {
    this.plugins = plugins;
    this.listener = listener;
  }

  /**
   * Asks the study to end: its runs finish their steps and write checkpoints. May be called from
   * any thread.
   */
  public void stop() {
    stopping = true;
    running.forEach(Trainer::stop);
  }

  /**
   * Runs a study.
   *
   * @return all of its runs, also those that failed
   * @throws GraftException what is wrong with the study's file, models or data; {@code usage} when
   *     another study runs in the folder; {@code interrupted} after {@link #stop()}
   */
  public StudyResults run(StudyFile file, StudyOptions options) {
    Scope named = file.scope(options.scope());
    Scope scope = options.seeds().map(named::withSeeds).orElse(named);
    return run(
        file,
        options,
        (world, runs) -> StudyPlan.of(file, scope, options.engines(), world, runs, new Digests()));
  }

  /**
   * Runs a study's sweep of learning rates, which becomes one more factor.
   *
   * @throws GraftException as {@link #run(StudyFile, StudyOptions)}, and {@code usage} for a study
   *     without a sweep
   */
  public StudyResults tune(StudyFile file, StudyOptions options) {
    Tune tune =
        file.spec()
            .tune()
            .orElseThrow(
                () ->
                    new GraftException(
                        ErrorCode.USAGE,
                        "expected a study with a sweep of learning rates, received '"
                            + file.name()
                            + "', which has none; add 'tune' to its file"));
    return run(
        file,
        options,
        (world, runs) ->
            StudyPlan.sweep(file, tune, options.engines(), world, runs, new Digests()));
  }

  private StudyResults run(
      StudyFile file, StudyOptions options, BiFunction<Path, Path, StudyPlan> planner) {
    options.engines().forEach(plugins::backend); // An unknown engine is refused at once.
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try (StudyFolder folder = StudyFolder.open(options.out())) {
      Path world = file.spec().world().map(folder::world).orElse(Path.of(""));
      StudyPlan plan = planner.apply(world.toAbsolutePath(), folder.runs().toAbsolutePath());
      List<RunResult> results = run(plan, options, folder);
      return new StudyResults(
          info(file, options, started, folder, plan), plan.factors(), plan.measures(), results);
    }
  }

  private List<RunResult> run(StudyPlan plan, StudyOptions options, StudyFolder folder) {
    int jobs = options.jobs().orElseGet(() -> jobs(plan));
    Map<String, RunResult> done = new ConcurrentHashMap<>();
    List<PlannedRun> missing = new ArrayList<>();
    for (PlannedRun run : plan.runs()) {
      Optional<RunResult> result = folder.result(run);
      if (result.isPresent() && result.get().status() == RunStatus.FINISHED) {
        done.put(run.id(), result.get());
      } else {
        missing.add(run);
      }
    }
    listener.onPlan(plan, done.size(), jobs);
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      all(pool, bases(missing, folder), r -> base(r, jobs, folder));
      all(pool, missing, r -> done.put(r.id(), run(r, jobs, options.keep(), folder)));
    } finally {
      pool.shutdownNow();
    }
    if (stopping) {
      throw new GraftException(
          ErrorCode.INTERRUPTED,
          "the study was asked to stop and has "
              + done.values().stream().filter(r -> r.status() == RunStatus.FINISHED).count()
              + " of "
              + plan.runs().size()
              + " runs; run the same command to go on");
    }
    // Runs of the same levels stand together, seed after seed.
    Map<List<Object>, List<RunResult>> cells = new LinkedHashMap<>();
    for (PlannedRun run : plan.runs()) {
      List<Object> cell = List.of(run.engine(), run.levels());
      Optional.ofNullable(done.get(run.id()))
          .ifPresent(r -> cells.computeIfAbsent(cell, c -> new ArrayList<>()).add(r));
    }
    return cells.values().stream().flatMap(List::stream).toList();
  }

  /** Does something with all runs, and then throws what the first of them threw. */
  private static void all(
      ExecutorService pool, Collection<PlannedRun> runs, Consumer<PlannedRun> body) {
    List<Future<?>> futures = new ArrayList<>();
    runs.forEach(r -> futures.add(pool.submit(() -> body.accept(r))));
    RuntimeException thrown = null;
    for (Future<?> f : futures) {
      try {
        f.get();
      } catch (ExecutionException e) {
        if (thrown == null) {
          thrown =
              e.getCause() instanceof RuntimeException r
                  ? r
                  : new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        thrown = new IllegalStateException(e);
      }
    }
    if (thrown != null) {
      throw thrown;
    }
  }

  /** One run for every base model and set of measures that has not been measured. */
  private static Collection<PlannedRun> bases(List<PlannedRun> runs, StudyFolder folder) {
    Map<String, PlannedRun> out = new LinkedHashMap<>();
    for (PlannedRun run : runs) {
      if (folder.base(run.base()).isEmpty()) {
        out.putIfAbsent(run.base(), run);
      }
    }
    return out.values();
  }

  private void base(PlannedRun run, int jobs, StudyFolder folder) {
    if (stopping) {
      return;
    }
    listener.onBase(run.engine());
    PreparedRun prepared = new Trainer(plugins).prepare(threads(run.recipe(), jobs));
    try (Backend backend = prepared.openBackend();
        StudyProbe probe = new StudyProbe(run.measures(), prepared.folder())) {
      ModelFolder model = prepared.folder();
      model.weights().load(backend, prepared.trainedModel().compute());
      PlacedModel base =
          new PlacedModel(model.model(), Optional.empty(), prepared.trainedModel().compute());
      folder.writeBase(run.base(), probe.measure(new LiveModel(base, backend)));
    }
  }

  private RunResult run(PlannedRun run, int jobs, boolean keep, StudyFolder folder) {
    if (stopping) {
      return missing(run);
    }
    long start = System.nanoTime();
    listener.onRunStart(run);
    RunResult result;
    try {
      result = trained(run, jobs, folder);
      folder.write(run, result);
      if (!keep) {
        folder.tidy(run);
      }
    } catch (GraftException e) {
      if (e.code() == ErrorCode.INTERRUPTED) {
        return missing(run);
      }
      result = failed(run, e.code().id() + ": " + e.getMessage(), folder);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      // Whatever ends one run must not end the others; the report shows it.
      LOG.warn("the run {} failed", run.id(), e);
      result = failed(run, e.toString(), folder);
    }
    listener.onRunEnd(run, result, (System.nanoTime() - start) / 1e9);
    return result;
  }

  private RunResult trained(PlannedRun run, int jobs, StudyFolder folder) {
    Path path = folder.runs().resolve(run.id());
    boolean alone = jobs == 1 && PeakMemory.reset();
    Optional<MaskedText> example = Optional.empty();
    if (Files.notExists(path.resolve("summary.json"))) {
      Trainer trainer = new Trainer(plugins);
      running.add(trainer);
      try (StudyProbe probe =
          new StudyProbe(run.measures(), ModelFolder.open(Path.of(run.recipe().baseModel())))) {
        if (stopping) {
          trainer.stop();
        }
        trainer.train(
            threads(run.recipe(), jobs), existing(run, folder), steps(run), probe, List.of());
        example = probe.example();
      } finally {
        running.remove(trainer);
      }
    }
    RunRecord read = RunRecord.read(path, alone ? PeakMemory.bytes() : Optional.empty());
    return new RunResult(
        run.levels(),
        run.engine(),
        run.seed(),
        RunStatus.FINISHED,
        Optional.empty(),
        folder.base(run.base()).orElse(Map.of()),
        read.after(),
        read.curves(),
        Optional.of(read.cost()),
        run.id(),
        example);
  }

  /** A run that failed starts over; one that was interrupted goes on. */
  private static ExistingRun existing(PlannedRun run, StudyFolder folder) {
    return folder.result(run).isPresent() ? ExistingRun.RESTART : ExistingRun.RESUME;
  }

  private TrainingListener steps(PlannedRun run) {
    return new TrainingListener() {
      @Override
      public void onStep(StepMetrics metrics) {
        listener.onStep(run, metrics);
      }
    };
  }

  private static RunResult failed(PlannedRun run, String error, StudyFolder folder) {
    RunResult result = without(run, RunStatus.FAILED, Optional.of(error));
    folder.write(run, result);
    return result;
  }

  private static RunResult missing(PlannedRun run) {
    return without(run, RunStatus.MISSING, Optional.empty());
  }

  private static RunResult without(PlannedRun run, RunStatus status, Optional<String> error) {
    return new RunResult(
        run.levels(),
        run.engine(),
        run.seed(),
        status,
        error,
        Map.of(),
        Map.of(),
        List.of(),
        Optional.empty(),
        run.id());
  }

  /** Small models leave processors idle: several runs at once, each on its part of them. */
  private static int jobs(StudyPlan plan) {
    if (plan.runs().isEmpty()) {
      return 1;
    }
    long parameters =
        ModelFolder.open(Path.of(plan.runs().get(0).recipe().baseModel()))
            .model()
            .weights()
            .stream()
            .mapToLong(w -> w.shape().size())
            .sum();
    return parameters > SMALL_MODEL ? 1 : Runtime.getRuntime().availableProcessors();
  }

  /** The recipe with the run's part of the processors, where its engine can be told. */
  private Recipe threads(Recipe recipe, int jobs) {
    boolean tells =
        ConfigBinder.describe(plugins.backend(recipe.backend().type()).provider().configType())
            .stream()
            .anyMatch(k -> k.key().equals("threads"));
    if (!tells || recipe.backend().option("threads").isPresent()) {
      return recipe;
    }
    Map<String, Object> block = new LinkedHashMap<>(recipe.backend().options());
    block.put("threads", Math.max(1, Runtime.getRuntime().availableProcessors() / jobs));
    return recipe.with("backend", recipe.backend().with(block).toConfig());
  }

  private static StudyInfo info(
      StudyFile file, StudyOptions options, Instant started, StudyFolder folder, StudyPlan plan) {
    StudySpec spec = file.spec();
    return new StudyInfo(
        spec.study(),
        spec.title(),
        spec.question(),
        spec.setup(),
        spec.notes(),
        spec.published(),
        options.scope(),
        options.command(),
        started.toString(),
        machine(folder, plan));
  }

  /** The machine of the first run that began. */
  private static Map<String, String> machine(StudyFolder folder, StudyPlan plan) {
    Map<String, String> out = new LinkedHashMap<>();
    for (PlannedRun run : plan.runs()) {
      Path manifest = folder.runs().resolve(run.id()).resolve("manifest.json");
      if (Files.exists(manifest)) {
        JsonNode machine = Json.object(manifest).path("machine");
        out.put("processor", machine.path("cpu").asText());
        out.put("cores", machine.path("processors").asText());
        out.put("system", machine.path("os").asText());
        out.put("Java", machine.path("java").asText());
        out.put("largest heap", (machine.path("maxHeapBytes").asLong() >> 20) + " MB");
        return out;
      }
    }
    return out;
  }
}
