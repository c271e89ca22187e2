package dev.graft.training.data;

/**
 * The tokens of an example and the weight of each as a target, [n] both.
 *
 * <p>Only tokens before the last target are inputs: what comes later changes no loss, since
 * attention is causal. They are also the places of targets: the token at i − 1 predicts the token
 * at i.
 */
public final class MaskedExample {
  private final Origin origin;
  private final int[] ids;
  private final float[] weights;
  private final int inputs;
  private final int targets;

  /** Takes the arrays, which must not change afterwards. */
  MaskedExample(Origin origin, int[] ids, float[] weights) {
    this.origin = origin;
    this.ids = ids;
    this.weights = weights;
    int last = 0;
    int count = 0;
    for (int i = 1; i < ids.length; i++) {
      if (weights[i] > 0) {
        last = i;
        count++;
      }
    }
    this.inputs = last;
    this.targets = count;
  }

  public Origin origin() {
    return origin;
  }

  /** The number of tokens. */
  public int size() {
    return ids.length;
  }

  public int id(int token) {
    return ids[token];
  }

  /** The weight of a token as a target, in [0, 1]. */
  public float weight(int token) {
    return weights[token];
  }

  /** How many places of a row it takes: the tokens before the last target. */
  public int inputs() {
    return inputs;
  }

  /** How many tokens have a weight above 0. */
  public int targets() {
    return targets;
  }
}
