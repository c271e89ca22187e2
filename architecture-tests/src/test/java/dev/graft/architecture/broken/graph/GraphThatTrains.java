package dev.graft.architecture.broken.graph;

import dev.graft.architecture.broken.training.Trainer;

/** Breaks: graph uses only api, and modules have no cycles. */
final class GraphThatTrains {
  private GraphThatTrains() {}

  static int steps(Trainer trainer) {
    return trainer.graph().nodes();
  }
}
