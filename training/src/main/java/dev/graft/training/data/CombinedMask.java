package dev.graft.training.data;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.TokenizedExample;
import java.util.List;
import java.util.Map;

/** Several masks as one: the weight of a token is the smallest that any of them gives. */
public final class CombinedMask implements MaskingStrategy {
  private final List<MaskingStrategy> masks;

  private CombinedMask(List<MaskingStrategy> masks) {
    this.masks = masks;
  }

  /** Combines at least one mask; one alone stays itself. */
  public static MaskingStrategy of(List<MaskingStrategy> masks) {
    if (masks.isEmpty()) {
      throw new IllegalArgumentException("expected at least one mask");
    }
    return masks.size() == 1 ? masks.get(0) : new CombinedMask(List.copyOf(masks));
  }

  @Override
  public void prepare(Iterable<TokenizedExample> corpus) {
    masks.forEach(m -> m.prepare(corpus));
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    float[] out = masks.get(0).mask(example, seed);
    MaskContract.check(out, example);
    for (MaskingStrategy m : masks.subList(1, masks.size())) {
      float[] other = m.mask(example, seed);
      MaskContract.check(other, example);
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.min(out[i], other[i]);
      }
    }
    return out;
  }

  /** Nothing: what is found is each mask's own, and is asked of it. */
  @Override
  public Map<String, Object> findings() {
    return Map.of();
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return masks.stream().anyMatch(MaskingStrategy::leavesOutEndOfTurn);
  }
}
