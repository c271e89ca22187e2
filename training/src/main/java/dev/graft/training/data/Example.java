package dev.graft.training.data;

/** One row of a data set. */
public sealed interface Example
    permits AlpacaExample, PromptCompletionExample, TextExample, RenderedExample {
  /** Where it stands. */
  Origin origin();

  /** What the model is given before it answers. */
  Rendering prompt();

  /** Whether it may be cut into several rows. */
  default boolean mayBeCut() {
    return false;
  }

  /** The prompt followed by the answer and the end of the turn. */
  Rendering rendering();
}
