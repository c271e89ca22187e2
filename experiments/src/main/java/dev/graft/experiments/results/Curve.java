package dev.graft.experiments.results;

import java.util.List;

/**
 * How something changed over a run.
 *
 * @param name {@code loss} for the training loss of every logged step, {@code eval_loss} for the
 *     recipe's held-out loss, otherwise the name of a measure
 * @param points in the order of steps
 */
public record Curve(String name, List<Point> points) {
  public Curve {
    points = List.copyOf(points);
  }
}
