package dev.graft.adapters.mora;

import dev.graft.adapters.mora.MoraConfig.Coverage;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.Rotary;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * The input is cut into blocks of r̂ elements, block b is turned by angles of its own, and every
 * block is multiplied by M (arXiv 2405.12130, section 3.3, eq. 8 and 9):
 *
 * <pre>
 *   X'_b = X_b ⊙ cos_b + [−X_b^hi, X_b^lo] ⊙ sin_b,   angle (b, j) = b · 10000^(−2j/r̂), j &lt; r̂/2
 *   y = concat over b of M·X'_b
 * </pre>
 *
 * <p>The last block is filled with the start of the input (circular padding); y is cut to k, or
 * tiled where it is shorter, as in the authors' code.
 *
 * <p>Where the input has more blocks than the output, the authors' code cuts what the further ones
 * give, so those columns of the input are ignored. With {@link Coverage#FULL} they are added to the
 * blocks of the output that are whole, in turn; a block keeps the angles of its place in the input.
 *
 * <p>M·(X turned) is (M turned back)·X, and M is smaller than a batch of X: unless blocks can be
 * summed before the product, it is M that is turned, in f32.
 *
 * @param coverage what happens to further blocks of the input
 * @param side r̂, even
 * @param d the width of the input
 * @param k the width of the output
 */
record Rotation(Coverage coverage, int side, int d, int k) implements SquareMap {
  private static final double BASE = 10_000;

  /** The number of blocks of an extent that cover another, the last perhaps in part. */
  static int blocks(int width, int side) {
    return (width + side - 1) / side;
  }

  /** The blocks of the output. */
  private int outputs() {
    return blocks(k, side);
  }

  /** The blocks of the input that are used. */
  private int inputs() {
    int all = blocks(d, side);
    return coverage == Coverage.FULL ? all : Math.min(all, outputs());
  }

  /** The whole blocks of the output, to which further blocks of the input go. */
  private int whole() {
    return Math.max(1, k / side);
  }

  /** The block of the output to which a block of the input goes. */
  private int output(int block) {
    return block < outputs() ? block : (block - outputs()) % whole();
  }

  @Override
  public Tensor added(Tensor y, Tensor x, Tensor m) {
    int n = x.dim(0);
    int blocks = inputs();
    Tensor padded = Columns.tiled(x, blocks * side);
    Tensor z;
    if (blocks == 1) { // its angles are zero
      z = Linear.of(padded, m.cast(x.dtype()), null);
    } else if (blocks <= outputs()) {
      Tensor turned = turned(m).permute(1, 0, 2).cast(x.dtype()); // [blocks, r̂, r̂]
      Tensor byBlock = padded.reshape(n, blocks, side).permute(1, 0, 2);
      z = byBlock.matmul(turned, false, true).permute(1, 0, 2).reshape(n, blocks * side);
    } else {
      Tensor angles = angles(x.trace());
      Tensor turned =
          Rotary.of(
              padded.reshape(1, n, blocks, side),
              twice(angles.cos()).cast(x.dtype()),
              twice(angles.sin()).cast(x.dtype()));
      Tensor sums = summed(turned.reshape(n, blocks * side));
      Tensor rows = sums.reshape(n * outputs(), side);
      z = Linear.of(rows, m.cast(x.dtype()), null).reshape(n, outputs() * side);
    }
    return y.plus(Columns.tiled(z, k));
  }

  /**
   * The blocks of the input summed by their block of the output: [n, inputs·r̂] → [n, outputs·r̂].
   */
  private Tensor summed(Tensor x) {
    int first = outputs() * side;
    int round = whole() * side;
    Tensor more = Columns.folded(x.slice(1, first, x.dim(1)), round);
    return x.slice(1, 0, first).plus(Columns.padded(more, first));
  }

  /** M turned back for every block: [r̂, r̂] → [r̂, inputs, r̂]. */
  private Tensor turned(Tensor m) {
    Tensor copies = m.reshape(1, side, 1, side).broadcastTo(Shape.of(1, side, inputs(), side));
    Tensor angles = angles(m.trace());
    return Rotary.of(copies, twice(angles.cos()), twice(angles.sin().neg()))
        .reshape(side, inputs(), side);
  }

  /** The angles of every block of the input, [1, 1, inputs, r̂/2], f32. */
  private Tensor angles(Trace t) {
    Tensor pairs = t.iota(3, 1, 1, 1, side / 2).cast(DType.F32);
    Tensor base = t.fill(BASE, TensorType.of(DType.F32));
    Tensor blocks = t.iota(2, 1, 1, inputs(), 1).cast(DType.F32);
    return blocks.times(base.pow(pairs.times(-2.0 / side)));
  }

  private static Tensor twice(Tensor half) {
    return half.trace().concat(3, List.of(half, half));
  }

  @Override
  public Tensor change(Tensor m) {
    Trace t = m.trace();
    Tensor turned = turned(m);
    int rows = Math.min(inputs(), outputs());
    List<Tensor> columns = new ArrayList<>();
    for (int b = 0; b < inputs(); b++) {
      Tensor above = t.zeros(TensorType.of(DType.F32, output(b) * side, side));
      Tensor block = turned.slice(1, b, b + 1).reshape(side, side);
      Tensor below = t.zeros(TensorType.of(DType.F32, (rows - output(b) - 1) * side, side));
      columns.add(t.concat(0, List.of(above, block, below)));
    }
    Tensor change = Columns.folded(t.concat(1, columns), d);
    return Columns.tiled(change.transpose(0, 1), k).transpose(0, 1);
  }
}
