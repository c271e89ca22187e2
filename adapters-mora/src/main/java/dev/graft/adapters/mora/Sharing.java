package dev.graft.adapters.mora;

import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.Tensor;

/**
 * Rows and columns of M are shared (arXiv 2405.12130, section 3.3, eq. 5 and 6): ΔW = R·M·C, where
 * every column of C [r̂, d] and every row of R [k, r̂] says which rows of M it stands for.
 *
 * <p>Strided, element i shares with all elements i mod r̂; an input whose width r̂ does not divide
 * continues with its own start (circular padding), as in the authors' code. Grouped, neighbours
 * share, in runs that differ by at most one in length.
 *
 * @param inputs whether neighbours of the input share
 * @param outputs whether neighbours of the output share
 * @param side r̂
 * @param d the width of the input
 * @param k the width of the output
 */
record Sharing(boolean inputs, boolean outputs, int side, int d, int k) implements SquareMap {
  @Override
  public Tensor added(Tensor y, Tensor x, Tensor m) {
    Tensor z = Linear.of(compressed(x), m.cast(x.dtype()), null);
    int n = y.dim(0);
    if (k % side == 0) { // nothing as wide as the output has to be made
      Tensor blocks =
          outputs
              ? y.reshape(n, side, k / side).plus(z.reshape(n, side, 1))
              : y.reshape(n, k / side, side).plus(z.reshape(n, 1, side));
      return blocks.reshape(y.shape());
    }
    return y.plus(decompressed(z));
  }

  /** C·x: [n, d] → [n, r̂]. */
  private Tensor compressed(Tensor x) {
    if (inputs) {
      return Columns.grouped(x, side);
    }
    int blocks = Rotation.blocks(d, side);
    Tensor padded = Columns.tiled(x, blocks * side);
    return padded.reshape(x.dim(0), blocks, side).sum(1);
  }

  /** R·z: [n, r̂] → [n, k]. */
  private Tensor decompressed(Tensor z) {
    return outputs ? Columns.repeated(z, k) : Columns.tiled(z, k);
  }

  @Override
  public Tensor change(Tensor m) {
    Tensor wide =
        inputs
            ? Columns.repeated(m, d)
            : Columns.folded(Columns.tiled(m, Rotation.blocks(d, side) * side), d);
    return decompressed(wide.transpose(0, 1)).transpose(0, 1);
  }
}
