package dev.graft.models;

import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Scores token ids with a model whose weights, and whose adapter's parameters, a backend holds: the
 * log-probability of every token after the first. Rows are sorted by length and run in batches of a
 * few fixed shapes; a row's result does not depend on the others.
 */
public final class Scorer {
  /** The most tokens of a batch, padding included; a longer row is a batch of its own. */
  private static final int BATCH_TOKENS = 2048;

  private static final int SHORTEST = 16;

  private final PlacedModel placed;
  private final CausalLm model;
  private final GraphCompiler compiler;

  /**
   * A scorer.
   *
   * @param compiler compiles for the backend that holds them
   */
  public Scorer(PlacedModel placed, GraphCompiler compiler) {
    this.placed = placed;
    this.model = placed.model();
    this.compiler = compiler;
  }

  /** The score of one row. */
  public static final class Row {
    private final int[] ids;
    private final double[] logprobs;

    private Row(int[] ids, double[] logprobs) {
      this.ids = ids;
      this.logprobs = logprobs;
    }

    /** A copy of the ids. */
    public int[] ids() {
      return ids.clone();
    }

    /** The natural logarithm of token i's probability given those before it; none for i = 0. */
    public OptionalDouble logprob(int i) {
      return i == 0 ? OptionalDouble.empty() : OptionalDouble.of(logprobs[i - 1]);
    }

    /** How many tokens have a log-probability. */
    public int targets() {
      return logprobs.length;
    }

    /** The sum of −logprob. */
    public double nll() {
      double sum = 0;
      for (double p : logprobs) {
        sum -= p;
      }
      return sum;
    }

    /** The mean of −logprob; none for a row of one token. */
    public OptionalDouble loss() {
      return logprobs.length == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(nll() / logprobs.length);
    }
  }

  /**
   * All scores.
   *
   * @param rows in the order given
   * @param loss the mean of −logprob over all tokens of all rows that have one
   */
  public record Scores(List<Row> rows, double loss) {
    public Scores {
      rows = List.copyOf(rows);
    }

    /** exp(loss). */
    public double perplexity() {
      return Math.exp(loss);
    }
  }

  /**
   * Scores rows of ids.
   *
   * @throws GraftException {@code data.empty} when there is nothing to predict, {@code
   *     data.malformed} for ids outside of the vocabulary, {@code data.too-long}
   */
  public Scores score(List<int[]> rows) {
    for (int i = 0; i < rows.size(); i++) {
      TokenIds.check(model.config(), rows.get(i), "row " + i);
    }
    List<Row> out =
        new ArrayList<>(Collections.nCopies(rows.size(), new Row(new int[0], new double[0])));
    List<Integer> order = new ArrayList<>(IntStream.range(0, rows.size()).boxed().toList());
    order.sort(Comparator.comparingInt(i -> rows.get(i).length));
    Map<Shape, Executable> compiled = new HashMap<>();
    try {
      int from = 0;
      while (from < order.size()) {
        int length = bucket(rows.get(order.get(from)).length);
        int most = Math.max(1, BATCH_TOKENS / length);
        int to = from;
        while (to < order.size() && to - from < most && rows.get(order.get(to)).length <= length) {
          to++;
        }
        run(
            rows,
            order.subList(from, to),
            Shape.of(rowsOf(to - from, most), length),
            compiled,
            out);
        from = to;
      }
    } finally {
      compiled.values().forEach(Executable::close);
    }
    long targets = out.stream().mapToLong(Row::targets).sum();
    if (targets == 0) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected a row of at least two tokens to score, received none in "
              + rows.size()
              + " rows");
    }
    return new Scores(out, out.stream().mapToDouble(Row::nll).sum() / targets);
  }

  /** A power of two, so that few shapes are compiled, but no more than fit. */
  private static int rowsOf(int count, int most) {
    return Math.min(most, Integer.highestOneBit(2 * count - 1));
  }

  /** Lengths in steps of a quarter of the next power of two: at most a third is padding. */
  static int bucket(int length) {
    if (length <= SHORTEST) {
      return SHORTEST;
    }
    int step = Math.max(SHORTEST, Integer.highestOneBit(length - 1) / 2);
    return (length + step - 1) / step * step;
  }

  private void run(
      List<int[]> rows,
      List<Integer> which,
      Shape shape,
      Map<Shape, Executable> compiled,
      List<Row> out) {
    int b = shape.dim(0);
    int t = shape.dim(1);
    long[] ids = new long[b * t];
    long[] targets = new long[b * t];
    for (int r = 0; r < which.size(); r++) {
      int[] row = rows.get(which.get(r));
      for (int i = 0; i < row.length; i++) {
        ids[r * t + i] = row[i];
        targets[r * t + i] = i + 1 < row.length ? row[i + 1] : 0;
      }
    }
    HostTensor nll =
        compiled
            .computeIfAbsent(shape, s -> compiler.compile(trace(b, t).build()))
            .run(
                Map.of(
                    "ids",
                    HostTensor.ofLongs(shape, ids),
                    "targets",
                    HostTensor.ofLongs(Shape.of(b * t), targets)))
            .get("nll");
    if (nll == null) {
      throw new IllegalStateException("a run gives every output");
    }
    for (int r = 0; r < which.size(); r++) {
      int[] row = rows.get(which.get(r));
      double[] logprobs = new double[row.length - 1];
      for (int i = 0; i < logprobs.length; i++) {
        logprobs[i] = -nll.get((long) r * t + i);
      }
      out.set(which.get(r), new Row(row.clone(), logprobs));
    }
  }

  private Trace trace(int b, int t) {
    Trace trace = new Trace("score " + b + "x" + t);
    ForwardPass pass = placed.pass(trace).build();
    Tensor ids = trace.input("ids", DType.I64, b, t);
    Tensor positions = trace.iota(1, 1, t).broadcastTo(ids.shape());
    Tensor bias = AttentionBias.causal(trace, t, placed.compute());
    Tensor hidden = model.hidden(pass, ids, positions, bias);
    Tensor all = trace.iota(0, b * t);
    Tensor targets = trace.input("targets", DType.I64, b * t);
    trace.output("nll", LanguageModelLoss.nll(pass, hidden, all, targets));
    return trace;
  }
}
