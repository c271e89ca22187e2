package dev.graft.cli;

import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.study.PlannedRun;
import dev.graft.experiments.study.StudyListener;
import dev.graft.experiments.study.StudyPlan;
import dev.graft.training.run.StepMetrics;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * Tells a person how a study goes: a progress bar on a terminal, a line from time to time
 * elsewhere, and a line for every run that ends. Runs tell from threads of their own.
 */
final class StudyProgress implements StudyListener, AutoCloseable {
  private static final long LINE_EVERY_NANOS = 10_000_000_000L;

  /** Parts of a run in the bar. */
  private static final int PARTS = 100;

  private final Session session;
  private final Map<String, StepMetrics> running = new HashMap<>();
  private @Nullable ProgressBar bar;
  private long start;
  private long lastLine;
  private int total;
  private int before;
  private int ended;
  private int jobs = 1;
  private double secondsOfEnded;

  StudyProgress(Session session) {
    this.session = session;
  }

  @Override
  public synchronized void onPlan(StudyPlan plan, int done, int atOnce) {
    total = plan.runs().size();
    before = done;
    jobs = atOnce;
    start = System.nanoTime();
    session.note(
        Text.count(total)
            + " runs"
            + (done == 0 ? "" : ", " + Text.count(done) + " of them done already")
            + (atOnce == 1 ? "" : ", " + atOnce + " at once"));
    if (session.terminal() && done < total) {
      bar = TrainingReport.bar("study", total * PARTS, done * PARTS);
    }
  }

  @Override
  public synchronized void onBase(String engine) {
    line("measuring the base model on " + engine);
  }

  @Override
  public synchronized void onStep(PlannedRun run, StepMetrics m) {
    running.put(run.id(), m);
    double parts = running.values().stream().mapToDouble(StudyProgress::part).sum();
    double done = before + ended + parts;
    double speed = running.values().stream().mapToDouble(StepMetrics::tokensPerSecond).sum();
    String text = String.format(Locale.ROOT, "%,.0f tokens/s%s", speed, left(done));
    if (bar != null) {
      bar.stepTo(Math.round(done * PARTS));
      bar.setExtraMessage(text);
      return;
    }
    long now = System.nanoTime();
    if (now - lastLine > LINE_EVERY_NANOS) {
      lastLine = now;
      session.note(
          String.format(
              Locale.ROOT,
              "%d/%d runs, %.0f %% of all steps, %s",
              before + ended,
              total,
              100 * done / total,
              text));
    }
  }

  private static double part(StepMetrics m) {
    return (double) m.step() / m.totalSteps();
  }

  /**
   * From the runs that ended, since a run also prepares and measures; before one has, from what
   * passed.
   */
  private String left(double done) {
    double ofOne =
        ended > 0
            ? secondsOfEnded / ended
            : (System.nanoTime() - start) / 1e9 * Math.min(jobs, total) / (done - before);
    return ", " + Text.duration(ofOne * (total - done) / jobs) + " left";
  }

  @Override
  public synchronized void onRunEnd(PlannedRun run, RunResult result, double seconds) {
    running.remove(run.id());
    ended++;
    secondsOfEnded += seconds;
    String measures =
        result.after().entrySet().stream()
            .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
    line(
        String.format(
            Locale.ROOT,
            "%d/%d  %s seed %d%s: %s (%.0f s)",
            before + ended,
            total,
            String.join(" ", run.levels().values()),
            run.seed(),
            " on " + run.engine(),
            result.status() == RunStatus.FAILED ? "FAILED, " + result.error().orElse("") : measures,
            seconds));
  }

  /** A line that stays, above the bar if there is one. */
  synchronized void line(String text) {
    session.note(bar == null ? text : "\r\u001b[2K" + text);
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
    if (ended > 0) {
      session.note(
          Text.count(ended) + " runs in " + Text.duration((System.nanoTime() - start) / 1e9));
    }
  }
}
