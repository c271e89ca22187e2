package dev.graft.cli;

import dev.graft.models.ModelConfig;
import dev.graft.models.WeightSpec;
import dev.graft.training.data.DataStatistics;
import dev.graft.training.data.PlanStatistics;
import dev.graft.training.data.TrainingData;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.EvalMetrics;
import dev.graft.training.run.PreparedRun;
import dev.graft.training.run.StepMetrics;
import dev.graft.training.run.TrainingListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Tells a person how training goes: what will be trained, then a progress bar on a terminal, or a
 * line from time to time elsewhere.
 */
final class TrainingReport implements TrainingListener, AutoCloseable {
  private static final long LINE_EVERY_NANOS = 10_000_000_000L;

  /** Steps over which loss and speed are averaged. */
  private static final int WINDOW = 10;

  private final Session session;
  private final Deque<StepMetrics> recent = new ArrayDeque<>();
  private @Nullable ProgressBar bar;
  private long lastLine;

  TrainingReport(Session session) {
    this.session = session;
  }

  @Override
  public void onStart(PreparedRun run, String device, int stepsDone) {
    Table table = new Table(0);
    summary(table, run);
    table.row("device", device + ", " + run.recipe().precision().name().toLowerCase(Locale.ROOT));
    if (stepsDone > 0) {
      table.row("resuming", "after step " + Text.count(stepsDone));
    }
    table.print(session.err());
    session.err().flush();
    if (session.terminal()) {
      bar = bar("step", run.plan().steps(), stepsDone);
    }
  }

  /** What will be trained on what; also shown by {@code doctor}. */
  static void summary(Table table, PreparedRun run) {
    Recipe recipe = run.recipe();
    ModelConfig model = run.folder().model().config();
    long parameters =
        run.folder().model().weights().stream()
            .map(WeightSpec::shape)
            .mapToLong(s -> s.size())
            .sum();
    long trainable = run.trainedModel().trainableElements();
    table.row(
        "model",
        Text.path(run.folder().path())
            + ", "
            + model.modelType()
            + ", "
            + Text.count(parameters)
            + " parameters");
    table.row(
        recipe.isFull() ? "training" : "adapter",
        recipe.adapter().type()
            + run.adapter().map(a -> " on " + a.sites().size() + " modules").orElse("")
            + ", "
            + Text.count(trainable)
            + " trainable parameters ("
            + Text.percent(Text.ratio(trainable, parameters))
            + ")");
    table.row("data", data(run.training()) + duplicates(run) + " with " + recipe.masking());
    run.heldOut().ifPresent(d -> table.row("held out", data(d)));
    PlanStatistics plan = run.plan().statistics();
    table.row(
        "packing",
        Text.count(plan.rows())
            + " rows of "
            + recipe.sequenceLen()
            + " tokens an epoch, "
            + Text.percent(plan.paddingShare())
            + " padding"
            + (plan.sharedShare() > 0
                ? ", " + Text.percent(plan.sharedShare()) + " of the tokens shared"
                : ""));
    table.row(
        "steps",
        Text.count(run.plan().steps())
            + " of "
            + recipe.microBatchSize()
            + (recipe.gradientAccumulationSteps() > 1
                ? " × " + recipe.gradientAccumulationSteps()
                : "")
            + " rows, "
            + Text.count(run.plan().stepsPerEpoch())
            + " an epoch");
  }

  private static String duplicates(PreparedRun run) {
    int n = run.corpus().duplicates();
    String what = run.recipe().deduplicate() ? " duplicates removed" : " duplicates";
    return n == 0 ? "" : ", " + Text.count(n) + what;
  }

  private static String data(TrainingData data) {
    DataStatistics s = data.statistics();
    StringBuilder out = new StringBuilder();
    out.append(Text.count(s.used())).append(" examples, ");
    out.append(Text.count(s.tokens())).append(" tokens, ");
    out.append(Text.count(s.trainedTokens())).append(" of them trained (");
    out.append(Text.percent(Text.ratio(s.trainedTokens(), s.tokens()))).append(')');
    append(out, s.dropped(), "left out as too long");
    append(out, s.truncated(), "cut");
    append(out, s.split(), "cut into several rows");
    append(out, s.untrained(), "left out because nothing of them is trained");
    return out.toString();
  }

  private static void append(StringBuilder out, int n, String what) {
    if (n > 0) {
      out.append(", ").append(Text.count(n)).append(' ').append(what);
    }
  }

  /**
   * A bar on the terminal.
   *
   * @param most how many steps there are; −1 when that is not known
   */
  static ProgressBar bar(String name, int most, int done) {
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(most)
        .startsFrom(done, java.time.Duration.ZERO)
        .setUpdateIntervalMillis(200)
        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
        .setConsumer(new ConsoleProgressBarConsumer(err))
        .build();
  }

  @Override
  public void onStep(StepMetrics m) {
    recent.addLast(m);
    if (recent.size() > WINDOW) {
      recent.removeFirst();
    }
    double seconds = recent.stream().mapToDouble(StepMetrics::seconds).sum();
    double speed = recent.stream().mapToLong(StepMetrics::tokens).sum() / seconds;
    double loss = recent.stream().mapToDouble(StepMetrics::loss).average().orElse(m.loss());
    String text = String.format(Locale.ROOT, "loss %.4f, %,.0f tokens/s", loss, speed);
    if (bar != null) {
      bar.stepTo(m.step());
      bar.setExtraMessage(text);
      return;
    }
    long now = System.nanoTime();
    boolean ends = m.step() == m.totalSteps();
    if (lastLine == 0 || ends || now - lastLine > LINE_EVERY_NANOS) {
      lastLine = now;
      double left = (m.totalSteps() - m.step()) * seconds / recent.size();
      session.note(
          String.format(
              Locale.ROOT,
              "step %d/%d, epoch %.2f, %s%s",
              m.step(),
              m.totalSteps(),
              m.epoch(),
              text,
              ends ? "" : ", " + Text.duration(left) + " left"));
    }
  }

  @Override
  public void onEval(EvalMetrics m) {
    line(
        String.format(
            Locale.ROOT,
            "step %d: held-out loss %.4f over %,d tokens",
            m.step(),
            m.loss(),
            m.trainedTokens()));
  }

  @Override
  public void onRestart(int stepsDone, int merges) {
    line(
        "step "
            + Text.count(stepsDone)
            + ": adapter merged into the weights ("
            + Text.count(merges)
            + (merges == 1 ? " merge" : " merges")
            + " so far) and started anew");
  }

  @Override
  public void onCheckpoint(int step, Path checkpoint) {
    if (bar == null) {
      return;
    }
    bar.refresh();
  }

  /** A line that stays, above the bar if there is one. */
  void line(String text) {
    session.note(bar == null ? text : "\r\u001b[2K" + text);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
