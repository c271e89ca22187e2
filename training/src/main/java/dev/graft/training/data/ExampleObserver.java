package dev.graft.training.data;

import dev.graft.api.masking.TokenizedExample;

/** Is told of examples while a data set is prepared, for showing what is trained. */
@FunctionalInterface
public interface ExampleObserver {
  /**
   * An example has been masked; it has not yet been cut, left out or refused.
   *
   * @param weights the weight of every token as a target; must not be changed
   */
  void onMasked(Origin origin, TokenizedExample example, float[] weights);
}
