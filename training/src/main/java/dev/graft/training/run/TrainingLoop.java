package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.Origin;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.data.PlannedStep;
import dev.graft.training.optim.Restarts;
import dev.graft.training.step.AveragedPoint;
import dev.graft.training.step.EvalStep;
import dev.graft.training.step.StepResult;
import dev.graft.training.step.TrainStep;
import dev.graft.training.step.TrainedModel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Steps, evaluations and checkpoints in their order. */
final class TrainingLoop implements AutoCloseable {
  private static final int SHOWN_EXAMPLES = 10;

  private final PreparedRun run;
  private final Backend backend;
  private final MetricsLog metrics;
  private final Checkpoints checkpoints;
  private final TrainingListener listener;
  private final Probe probe;
  private final BooleanSupplier stopping;
  private final TrainingState state;
  private Phase phase;
  private TrainStep step;
  private EvalStep eval;

  /**
   * A loop over a run's steps.
   *
   * @param state the run's variables, as they are after {@code stepsDone} steps
   */
  TrainingLoop(
      PreparedRun run,
      Backend backend,
      TrainingState state,
      int stepsDone,
      MetricsLog metrics,
      Checkpoints checkpoints,
      TrainingListener listener,
      Probe probe,
      BooleanSupplier stopping) {
    this.run = run;
    this.backend = backend;
    this.metrics = metrics;
    this.checkpoints = checkpoints;
    this.listener = listener;
    this.probe = probe;
    this.stopping = stopping;
    this.state = state;
    Restarts restarts = run.recipe().restarts();
    this.phase = run.phase(restarts.mergesAfter(stepsDone));
    this.step = new TrainStep(backend, phase.graphs(), run.recipe().seed());
    this.eval = new EvalStep(backend, phase.graphs());
    step.stateBegan((long) phase.merges() * restarts.every());
  }

  /**
   * Trains to the end. The last checkpoint comes before the last evaluation, so that a run killed
   * in between has only that to do again.
   */
  Progress run(Progress from) {
    int total = run.plan().steps();
    Progress p = from;
    if (p.step() == 0) {
      p = evaluate(p);
      measure(0);
    }
    while (p.step() < total) {
      p = train(p);
      boolean last = p.step() == total;
      Optional<Integer> every = run.recipe().evalSteps();
      if (!last && every.isPresent() && p.step() % every.get() == 0) {
        p = evaluate(p);
      }
      if (!last) {
        measure(p.step());
      }
      boolean stop = stopping.getAsBoolean() && !last;
      if (stop || last || p.step() % run.recipe().saveSteps() == 0) {
        p = p.at(metrics.flush());
        Path checkpoint = checkpoints.write(backend, p);
        listener.onCheckpoint(p.step(), checkpoint);
      }
      if (stop) {
        throw new GraftException(
            ErrorCode.INTERRUPTED,
            "the run was asked to stop after step "
                + p.step()
                + " of "
                + total
                + " and has written a checkpoint; run the same command to go on");
      }
    }
    p = evaluate(p);
    measure(total);
    metrics.flush();
    return p;
  }

  private Progress train(Progress p) {
    long start = System.nanoTime();
    int index = p.step();
    Restarts restarts = run.recipe().restarts();
    if (restarts.before(index)) {
      restart(index);
    }
    PlannedStep planned = run.plan().step(index);
    double rate =
        run.recipe().learningRate() * run.schedule().factor(index) * restarts.factor(index);
    StepResult result =
        step.run(index + 1L, rate, planned.microBatches(), () -> examples(run.plan(), index));
    StepMetrics m =
        new StepMetrics(
            index + 1,
            run.plan().steps(),
            (index + 1.0) / run.plan().stepsPerEpoch(),
            result.loss(),
            rate,
            result.gradNorm(),
            planned.tokens(),
            planned.targets(),
            secondsSince(start));
    if (m.step() % run.recipe().loggingSteps() == 0 || m.step() == run.plan().steps()) {
      metrics.append(m.line());
    }
    listener.onStep(m);
    return p.afterStep(m.tokens(), m.trainedTokens(), m.loss());
  }

  /** Merges the adapter into the weights; what goes on has the same variables. */
  private void restart(int stepsDone) {
    Phase next = run.phase(phase.merges() + 1);
    state.restart(phase, next);
    if (next.graphs() != phase.graphs()) {
      close();
      step = new TrainStep(backend, next.graphs(), run.recipe().seed());
      eval = new EvalStep(backend, next.graphs());
    }
    step.stateBegan(stepsDone);
    phase = next;
    listener.onRestart(stepsDone, next.merges());
  }

  private static String examples(BatchPlan plan, int index) {
    List<Origin> origins = plan.origins(index);
    String shown =
        origins.stream()
            .limit(SHOWN_EXAMPLES)
            .map(Origin::toString)
            .collect(Collectors.joining("; "));
    int more = origins.size() - SHOWN_EXAMPLES;
    return shown + (more > 0 ? " and " + more + " more" : "");
  }

  private Progress evaluate(Progress p) {
    if (run.evalPlan().isEmpty() || run.heldOut().isEmpty()) {
      return p;
    }
    long start = System.nanoTime();
    BatchPlan plan = run.evalPlan().get();
    Iterable<PackedBatch> batches = () -> batches(plan);
    EvalMetrics m =
        new EvalMetrics(
            p.step(),
            eval.loss(batches),
            run.heldOut().get().statistics().trainedTokens(),
            secondsSince(start));
    metrics.append(m.line());
    listener.onEval(m);
    return p.afterEval(m.loss());
  }

  private void measure(int stepsDone) {
    if (!probe.wants(stepsDone, run.plan().steps())) {
      return;
    }
    long start = System.nanoTime();
    TrainedModel trained = phase.trained();
    LiveModel live = new LiveModel(trained.placed(), backend);
    Map<String, Double> values =
        new AveragedPoint(backend, phase.graphs()).at(() -> probe.measure(live, run, stepsDone));
    MeasureMetrics m = new MeasureMetrics(stepsDone, values, secondsSince(start));
    metrics.append(m.line());
    listener.onMeasure(m);
  }

  private static Iterator<PackedBatch> batches(BatchPlan plan) {
    return IntStream.range(0, plan.steps())
        .mapToObj(plan::step)
        .flatMap(s -> s.microBatches().stream())
        .iterator();
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    step.close();
    eval.close();
  }
}
