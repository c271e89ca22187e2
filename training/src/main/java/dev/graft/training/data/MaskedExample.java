package dev.graft.training.data;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The tokens of an example and the weight of each as a target, [n] both.
 *
 * <p>Only tokens before the last target are inputs: what comes later changes no loss, since
 * attention is causal. They are also the places of targets: the token at i − 1 predicts the token
 * at i.
 */
public final class MaskedExample {
  private final Origin origin;
  private final IntBuffer ids;
  private final FloatBuffer weights;
  private final int at;
  private final int size;
  private final int inputs;
  private final int targets;

  /** Takes the arrays, which must not change afterwards. */
  MaskedExample(Origin origin, int[] ids, float[] weights) {
    this.origin = origin;
    this.ids = IntBuffer.wrap(ids);
    this.weights = FloatBuffer.wrap(weights);
    this.at = 0;
    this.size = ids.length;
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

  /** The same example, kept elsewhere: from a place on in buffers that hold its tokens. */
  private MaskedExample(MaskedExample same, IntBuffer ids, FloatBuffer weights, int at) {
    this.origin = same.origin;
    this.ids = ids;
    this.weights = weights;
    this.at = at;
    this.size = same.size;
    this.inputs = same.inputs;
    this.targets = same.targets;
  }

  /** This example with its tokens in buffers that hold them from a place on. */
  MaskedExample keptIn(IntBuffer ids, FloatBuffer weights, int at) {
    return new MaskedExample(this, ids, weights, at);
  }

  public Origin origin() {
    return origin;
  }

  /** The number of tokens. */
  public int size() {
    return size;
  }

  public int id(int token) {
    return ids.get(at + token);
  }

  /** The weight of a token as a target, in [0, 1]. */
  public float weight(int token) {
    return weights.get(at + token);
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
