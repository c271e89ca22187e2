package dev.graft.testkit;

import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.AttentionGrad;
import dev.graft.api.ops.CrossEntropy;
import dev.graft.api.ops.CrossEntropyGrad;
import dev.graft.api.ops.Gelu;
import dev.graft.api.ops.LayerNorm;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.LowRankRowNorm;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.RmsNormGrad;
import dev.graft.api.ops.Rotary;
import dev.graft.api.ops.Silu;
import dev.graft.api.ops.Softmax;
import dev.graft.api.ops.SumOfSquares;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.ops.SwiGluGrad;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.testkit.OpCase.Trait;
import java.util.ArrayList;
import java.util.List;

/** Every composite of {@code dev.graft.api.ops}, with the edges of its operands. */
final class CompositeCases {
  private CompositeCases() {}

  static List<OpCase> all() {
    List<OpCase> out = new ArrayList<>();
    out.add(linear());
    out.add(linearOfNothing());
    out.add(softmax());
    out.add(rmsNorm());
    out.add(rmsNormGrad());
    out.add(layerNorm());
    out.add(activations());
    out.add(swiGlu());
    out.add(swiGluGrad());
    out.add(rotary());
    out.add(attention());
    out.add(attentionOfGroups());
    out.add(attentionOfPackedRows());
    out.add(attentionOfNothing());
    out.add(attentionGrad());
    out.add(attentionGradOfGroups());
    out.add(attentionGradOfPackedRows());
    out.add(attentionGradOfNothing());
    out.add(crossEntropy());
    out.add(largeLogits());
    out.add(linearCrossEntropy());
    out.add(adamW());
    out.add(sumOfSquares());
    out.add(uniform());
    out.add(lowRankRowNorm());
    out.add(transposedOperands());
    return out;
  }

  /** Engines that keep transposed values as views hand fused kernels rows that are not dense. */
  private static OpCase transposedOperands() {
    return OpCase.of(
        "composites of transposed operands",
        Tolerance.COMPOSITE,
        c -> {
          Tensor q = c.normal(2, 2, 4, 5).transpose(2, 3);
          Tensor k = c.normal(2, 2, 4, 5).transpose(2, 3);
          Tensor v = c.normal(4, 2, 5, 2).transpose(0, 3);
          both(c, "attention", Attention.of(q, k, v, causal(c, 1, 5, 5), 0.5));
          Tensor x = c.normal(6, 5).transpose(0, 1);
          Tensor y = c.normal(6, 5).transpose(0, 1);
          c.out("linear", Linear.of(x, c.normal(6, 3).transpose(0, 1), null));
          c.out("softmax", Softmax.of(x));
          c.out("rms_norm", RmsNorm.of(x, c.normal(6), 1e-5));
          c.out("swiglu", SwiGlu.of(x, y));
        });
  }

  private static OpCase linear() {
    return OpCase.of(
        "linear",
        Tolerance.COMPOSITE,
        c -> {
          Tensor w = c.normal(4, 6);
          Tensor b = c.normal(4);
          c.out("rank 2 with bias", Linear.of(c.normal(5, 6), w, b));
          c.out("rank 2", Linear.of(c.normal(5, 6), w, null));
          c.out("rank 3 with bias", Linear.of(c.normal(2, 3, 6), w, b));
          c.out("rank 1", Linear.of(c.normal(6), w, null));
          c.out("one row", Linear.of(c.normal(1, 6), w, b));
          c.out("one output", Linear.of(c.normal(3, 6), c.normal(1, 6), c.normal(1)));
        });
  }

  private static OpCase linearOfNothing() {
    return OpCase.of(
        "linear of no rows",
        Tolerance.COMPOSITE,
        c -> {
          c.out("plain", Linear.of(c.normal(0, 6), c.normal(4, 6), null));
          c.out("with bias", Linear.of(c.normal(2, 0, 6), c.normal(4, 6), c.normal(4)));
        });
  }

  private static OpCase softmax() {
    return OpCase.of(
        "softmax",
        Tolerance.COMPOSITE,
        c -> {
          c.out("rank 1", Softmax.of(c.normal(7)));
          c.out("rank 3", Softmax.of(c.normal(2, 3, 5)));
          c.out("one class", Softmax.of(c.normal(3, 1)));
          c.out("no rows", Softmax.of(c.normal(0, 4)));
          c.out("large logits", Softmax.of(c.floats(i -> i % 3 * 1e4 - 1e4 - i, 2, 6)));
        });
  }

  private static OpCase rmsNorm() {
    return OpCase.of(
        "rms_norm",
        Tolerance.COMPOSITE,
        c -> {
          c.out("rank 2", RmsNorm.of(c.normal(3, 8), c.normal(8), 1e-5));
          c.out("rank 3", RmsNorm.of(c.normal(2, 2, 8), c.normal(8), 1e-6));
          c.out("rank 1", RmsNorm.of(c.normal(8), c.normal(8), 0.1));
          c.out("zeros", RmsNorm.of(c.floats(i -> 0, 2, 4), c.normal(4), 1));
          c.out("no rows", RmsNorm.of(c.normal(0, 4), c.normal(4), 1e-5));
        });
  }

  private static OpCase rmsNormGrad() {
    return OpCase.of(
        "rms_norm_grad",
        Tolerance.COMPOSITE,
        c -> {
          c.out("rank 2", RmsNormGrad.of(c.normal(3, 8), c.normal(3, 8), c.normal(8), 1e-5));
          c.out("rank 3", RmsNormGrad.of(c.normal(2, 2, 8), c.normal(2, 2, 8), c.normal(8), 0.1));
        });
  }

  private static OpCase layerNorm() {
    return OpCase.of(
        "layer_norm",
        Tolerance.COMPOSITE,
        c -> {
          c.out("rank 2", LayerNorm.of(c.normal(3, 8), c.normal(8), c.normal(8), 1e-5));
          c.out("rank 3", LayerNorm.of(c.normal(2, 2, 8), c.normal(8), c.normal(8), 0.1));
          c.out("no rows", LayerNorm.of(c.normal(0, 4), c.normal(4), c.normal(4), 1e-5));
        });
  }

  private static OpCase activations() {
    return OpCase.of(
        "silu and gelu",
        Tolerance.COMPOSITE,
        c -> {
          Tensor x = c.normal(2, 3, 4);
          Tensor far = c.floats(i -> (i - 3) * 15.0, 7);
          Tensor none = c.normal(0, 3);
          c.out("silu", Silu.of(x));
          c.out("silu far out", Silu.of(far));
          c.out("silu of nothing", Silu.of(none));
          for (Gelu.Form form : Gelu.Form.values()) {
            c.out("gelu " + form, Gelu.of(x, form));
            c.out("gelu far out " + form, Gelu.of(far, form));
            c.out("gelu of nothing " + form, Gelu.of(none, form));
          }
        });
  }

  private static OpCase swiGlu() {
    return OpCase.of(
        "swiglu",
        Tolerance.COMPOSITE,
        c -> {
          c.out("rank 2", SwiGlu.of(c.normal(3, 4), c.normal(3, 4)));
          c.out("rank 3", SwiGlu.of(c.normal(2, 1, 4), c.normal(2, 1, 4)));
          c.out("no rows", SwiGlu.of(c.normal(0, 4), c.normal(0, 4)));
        });
  }

  private static OpCase swiGluGrad() {
    return OpCase.of(
        "swiglu_grad",
        Tolerance.COMPOSITE,
        c -> {
          List<Tensor> d = SwiGluGrad.of(c.normal(3, 4), c.normal(3, 4), c.normal(3, 4));
          c.out("gate", d.get(0));
          c.out("up", d.get(1));
        });
  }

  /** A table with both halves alike. */
  private static Tensor table(CaseTrace c, boolean cos, int batch, int t, int d) {
    return c.floats(
        i -> {
          double angle = (i / d % t + 1 + i / d / t * 5) * Math.pow(10, -(i % d % (d / 2)) * 0.5);
          return cos ? Math.cos(angle) : Math.sin(angle);
        },
        batch,
        1,
        t,
        d);
  }

  private static OpCase rotary() {
    return OpCase.of(
        "rotary",
        Tolerance.COMPOSITE,
        c -> {
          c.out(
              "one table",
              Rotary.of(c.normal(2, 3, 4, 6), table(c, true, 1, 4, 6), table(c, false, 1, 4, 6)));
          c.out(
              "a table per row",
              Rotary.of(c.normal(2, 2, 3, 4), table(c, true, 2, 3, 4), table(c, false, 2, 3, 4)));
          c.out(
              "one position of one head",
              Rotary.of(c.normal(1, 1, 1, 2), table(c, true, 1, 1, 2), table(c, false, 1, 1, 2)));
        });
  }

  /** Causal: query i of t sees keys up to i + s − t; one row in two also hides the first key. */
  private static Tensor causal(CaseTrace c, int batch, int t, int s) {
    return c.floats(
        i -> {
          long row = i / s % t;
          long key = i % s;
          boolean hidden = key > row + s - t || (i / s / t % 2 == 1 && key == 0 && row > 0);
          return hidden ? Attention.MASKED : 0;
        },
        batch,
        1,
        t,
        s);
  }

  private static OpCase attention() {
    return OpCase.of(
        "attention",
        Tolerance.COMPOSITE,
        c -> {
          both(
              c,
              "causal",
              Attention.of(
                  c.normal(2, 3, 5, 4),
                  c.normal(2, 3, 5, 4),
                  c.normal(2, 3, 5, 4),
                  causal(c, 1, 5, 5),
                  0.5));
          both(
              c,
              "a mask per row, more keys than queries",
              Attention.of(
                  c.normal(2, 2, 3, 4),
                  c.normal(2, 2, 6, 4),
                  c.normal(2, 2, 6, 4),
                  causal(c, 2, 3, 6),
                  0.7));
          both(
              c,
              "a bias that is no mask",
              Attention.of(
                  c.normal(1, 2, 3, 4),
                  c.normal(1, 2, 4, 4),
                  c.normal(1, 2, 4, 4),
                  c.normal(1, 1, 3, 4),
                  0.5));
          both(
              c,
              "one query and one key",
              Attention.of(
                  c.normal(1, 1, 1, 2),
                  c.normal(1, 1, 1, 2),
                  c.normal(1, 1, 1, 2),
                  causal(c, 1, 1, 1),
                  1));
        });
  }

  private static OpCase attentionOfGroups() {
    return OpCase.of(
        "attention with grouped kv heads",
        Tolerance.COMPOSITE,
        c -> {
          both(
              c,
              "four heads, two kv heads",
              Attention.of(
                  c.normal(2, 4, 5, 4),
                  c.normal(2, 2, 5, 4),
                  c.normal(2, 2, 5, 4),
                  causal(c, 2, 5, 5),
                  0.5));
          both(
              c,
              "six heads, two kv heads, one query",
              Attention.of(
                  c.normal(1, 6, 1, 4),
                  c.normal(1, 2, 5, 4),
                  c.normal(1, 2, 5, 4),
                  causal(c, 1, 1, 5),
                  0.5));
          both(
              c,
              "three heads, one kv head",
              Attention.of(
                  c.normal(1, 3, 2, 4),
                  c.normal(1, 1, 3, 4),
                  c.normal(1, 1, 3, 4),
                  causal(c, 1, 2, 3),
                  0.5));
        });
  }

  /**
   * Rows of several texts: a token's character names its text, and those named by digits continue
   * the text p.
   */
  private static Tensor packed(CaseTrace c, String... rows) {
    int t = rows[0].length();
    return c.floats(
        i -> {
          String row = rows[(int) (i / t / t)];
          char query = row.charAt((int) (i / t % t));
          char key = row.charAt((int) (i % t));
          boolean seen = key == query || (Character.isDigit(query) && key == 'p');
          return seen && i % t <= i / t % t ? 0 : Attention.MASKED;
        },
        rows.length,
        1,
        t,
        t);
  }

  private static OpCase attentionOfPackedRows() {
    return OpCase.of(
        "attention of packed rows",
        Tolerance.COMPOSITE,
        c -> {
          both(
              c,
              "texts side by side, the same in both rows",
              Attention.of(
                  c.normal(2, 2, 6, 4),
                  c.normal(2, 2, 6, 4),
                  c.normal(2, 2, 6, 4),
                  packed(c, "aabbbc"),
                  0.5));
          both(
              c,
              "rows of other texts, some with a prefix",
              Attention.of(
                  c.normal(3, 4, 7, 4),
                  c.normal(3, 2, 7, 4),
                  c.normal(3, 2, 7, 4),
                  packed(c, "aabbbcc", "pp11223", "aaaaaaa"),
                  0.5));
        });
  }

  /** The first query may look nowhere. */
  private static Tensor nowhere(CaseTrace c, int t, int s) {
    return c.floats(i -> i < s || i % s > i / s ? Attention.MASKED : 0, 1, 1, t, s);
  }

  private static OpCase attentionOfNothing() {
    return OpCase.of(
            "attention of a fully masked row",
            Tolerance.COMPOSITE,
            c ->
                both(
                    c,
                    "masked",
                    Attention.of(
                        c.normal(1, 2, 3, 4),
                        c.normal(1, 2, 3, 4),
                        c.normal(1, 2, 3, 4),
                        nowhere(c, 3, 3),
                        0.5)))
        .with(Trait.FINITE_ONLY, Trait.NOT_SMOOTH);
  }

  private static void both(CaseTrace c, String label, List<Tensor> outputs) {
    c.out(label, outputs.get(0));
    c.out(label + ", log-sum-exp", outputs.get(1));
  }

  private static void attentionGrad(
      CaseTrace c, String label, int batch, int heads, int groups, int t, int s, Tensor bias) {
    Tensor q = c.normal(batch, heads, t, 4);
    Tensor k = c.normal(batch, groups, s, 4);
    Tensor v = c.normal(batch, groups, s, 4);
    List<Tensor> forward = Attention.of(q, k, v, bias, 0.5);
    List<Tensor> d =
        AttentionGrad.of(
            c.normal(batch, heads, t, 4), q, k, v, bias, forward.get(0), forward.get(1), 0.5);
    c.out(label + ", dq", d.get(0));
    c.out(label + ", dk", d.get(1));
    c.out(label + ", dv", d.get(2));
  }

  private static OpCase attentionGrad() {
    return OpCase.of(
        "attention_grad",
        Tolerance.COMPOSITE,
        c -> {
          attentionGrad(c, "causal", 2, 2, 2, 4, 4, causal(c, 1, 4, 4));
          attentionGrad(c, "a mask per row", 2, 2, 2, 2, 5, causal(c, 2, 2, 5));
        });
  }

  private static OpCase attentionGradOfGroups() {
    return OpCase.of(
        "attention_grad with grouped kv heads",
        Tolerance.COMPOSITE,
        c -> {
          attentionGrad(c, "four heads, two kv heads", 2, 4, 2, 4, 4, causal(c, 2, 4, 4));
          attentionGrad(c, "three heads, one kv head", 1, 3, 1, 2, 3, causal(c, 1, 2, 3));
        });
  }

  private static OpCase attentionGradOfPackedRows() {
    return OpCase.of(
        "attention_grad of packed rows",
        Tolerance.COMPOSITE,
        c -> {
          attentionGrad(c, "one bias for both rows", 2, 2, 2, 6, 6, packed(c, "aabbbc"));
          Tensor bias = packed(c, "aabbbcc", "pp11223", "aaaaaaa");
          attentionGrad(c, "other texts in each row", 3, 4, 2, 7, 7, bias);
        });
  }

  private static OpCase attentionGradOfNothing() {
    return OpCase.of(
            "attention_grad of a fully masked row",
            Tolerance.COMPOSITE,
            c -> attentionGrad(c, "masked", 1, 2, 2, 3, 3, nowhere(c, 3, 3)))
        .with(Trait.FINITE_ONLY, Trait.NOT_SMOOTH);
  }

  private static OpCase crossEntropy() {
    return OpCase.of(
        "cross_entropy",
        Tolerance.COMPOSITE,
        c -> {
          Tensor logits = c.normal(4, 7);
          Tensor targets = c.longs(Shape.of(4), 6, 0, 3, 3);
          c.out("nll", CrossEntropy.of(logits, targets));
          c.out("gradient", CrossEntropyGrad.of(c.wideNormal(4), logits, targets));
          c.out("no rows", CrossEntropy.of(c.normal(0, 7), c.longs(Shape.of(0))));
          c.out("one class", CrossEntropy.of(c.normal(2, 1), c.longs(Shape.of(2), 0, 0)));
        });
  }

  private static OpCase largeLogits() {
    return OpCase.of(
        "cross_entropy of large logits",
        Tolerance.COMPOSITE,
        c -> {
          Tensor logits = c.floats(i -> i % 2 == 0 ? 1e4 - i : -1e4 + i, 3, 4);
          Tensor targets = c.longs(Shape.of(3), 0, 1, 2);
          c.out("nll", CrossEntropy.of(logits, targets));
          c.out("gradient", CrossEntropyGrad.of(c.wideNormal(3), logits, targets));
        });
  }

  private static OpCase linearCrossEntropy() {
    return OpCase.of(
        "linear_cross_entropy",
        Tolerance.COMPOSITE,
        c -> {
          Tensor weight = c.normal(9, 4);
          for (int chunk : new int[] {1, 3, 5, 8}) {
            Tensor hidden = c.normal(5, 4);
            List<Tensor> y = LinearCrossEntropy.of(hidden, weight, c.integers(0, 9, 5), chunk);
            c.out("chunks of " + chunk + ", nll", y.get(0));
            if (chunk != 3) { // once only the first output is used
              c.out("chunks of " + chunk + ", gradient", y.get(1));
            }
          }
        });
  }

  private static OpCase adamW() {
    return OpCase.of(
        "adamw",
        Tolerance.COMPOSITE,
        c -> {
          adamW(c, 0, 0.01);
          adamW(c, 0.1, 0.01);
          adamW(c, 0.1, 0); // as at the end of a schedule
        });
  }

  private static void adamW(CaseTrace c, double decay, double rate) {
    List<Tensor> y =
        AdamW.of(
            new AdamW(0.9, 0.99, 1e-6, decay),
            c.normal(3, 4),
            c.normal(3, 4),
            c.positive(3, 4),
            c.normal(3, 4),
            c.floats(i -> rate),
            c.floats(i -> 0.2),
            c.floats(i -> 0.02));
    String of = ", decay " + decay + ", rate " + rate;
    c.out("parameter" + of, y.get(0));
    c.out("first moment" + of, y.get(1));
    c.out("second moment" + of, y.get(2));
  }

  private static OpCase sumOfSquares() {
    return OpCase.of(
        "sum_of_squares",
        Tolerance.COMPOSITE,
        c -> {
          c.out("a matrix", SumOfSquares.of(c.normal(5, 6)));
          c.out("a transposed matrix", SumOfSquares.of(c.normal(5, 6).transpose(0, 1)));
          c.out("rank 3", SumOfSquares.of(c.normal(2, 3, 4)));
          c.out("a vector", SumOfSquares.of(c.normal(7)));
          c.out("a number", SumOfSquares.of(c.normal()));
          c.out("nothing", SumOfSquares.of(c.normal(0, 4)));
          c.out("zeros", SumOfSquares.of(c.wideFloats(i -> 0, 2, 3)));
        });
  }

  private static OpCase lowRankRowNorm() {
    return OpCase.of(
        "low_rank_row_norm",
        Tolerance.COMPOSITE,
        c -> {
          Tensor weight = c.normal(5, 6);
          Tensor a = c.wideNormal(2, 6);
          c.out("rank 2", rowNorm(weight, a, c.wideNormal(5, 2), 0.5));
          c.out("no change", rowNorm(weight, a, c.wideFloats(i -> 0, 5, 2), 0.5));
          c.out("a large change", rowNorm(weight, a, c.wideNormal(5, 2), -300));
          c.out("rank 1", rowNorm(weight, c.wideNormal(1, 6), c.wideNormal(5, 1), 2));
          c.out("one row", rowNorm(c.normal(1, 6), a, c.wideNormal(1, 2), 1));
          Tensor transposed = c.normal(6, 5).transpose(0, 1);
          c.out("a transposed weight", rowNorm(transposed, a, c.wideNormal(5, 2), 1));
          // W is −(1 + 2⁻⁷)·B·A: row by row nothing is left but a hundredth.
          Tensor one = c.floats(i -> -(1 + 0x1p-7), 3, 4);
          Tensor ones = c.wideFloats(i -> 1, 1, 4);
          c.out("almost nothing left", rowNorm(one, ones, c.wideFloats(i -> 1, 3, 1), 1));
          c.out("rows that cancel each other", rowNorm(one, opposite(c), c.wideNormal(3, 2), 1));
          Tensor nothing = c.normal(0, 4);
          c.out("no rows", rowNorm(nothing, ones, c.wideNormal(0, 1), 1));
        });
  }

  /** A [2, 4] whose rows are opposite. */
  private static Tensor opposite(CaseTrace c) {
    return c.wideFloats(i -> i < 4 ? 1 : -1, 2, 4);
  }

  private static Tensor rowNorm(Tensor weight, Tensor a, Tensor b, double scale) {
    Tensor squares = weight.cast(weight.dtype().wide()).square().sum(1);
    return LowRankRowNorm.of(weight, squares, a, b, scale);
  }

  private static OpCase uniform() {
    return OpCase.of(
            "uniform",
            Tolerance.EXACT,
            c -> {
              Tensor key = c.longs(Shape.of(3), (1L << 40) + 17, 123456, 3);
              c.out("rank 2", Uniform.of(key, "model.layers.0.mlp", Shape.of(7, 9)));
              c.out("another site", Uniform.of(key, "model.layers.1.mlp", Shape.of(7, 9)));
              c.out("a scalar", Uniform.of(key, "s", Shape.scalar()));
              c.out("nothing", Uniform.of(key, "s", Shape.of(0, 3)));
              Tensor zero = c.longs(Shape.of(3), 0, 0, 0);
              c.out("the zero key", Uniform.of(zero, "s", Shape.of(64)));
            })
        .with(Trait.ONE_DTYPE);
  }
}
