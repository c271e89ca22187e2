package dev.graft.experiments.claims;

import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import java.util.List;
import java.util.OptionalDouble;

/** What is read off a curve; every method needs at least one point. */
final class Curves {
  private Curves() {}

  /** The mean over its steps, straight between its points. */
  static double mean(Curve curve) {
    List<Point> points = curve.points();
    int span = last(curve) - points.get(0).step();
    if (span == 0) {
      return points.get(points.size() - 1).value();
    }
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      Point from = points.get(i - 1);
      Point to = points.get(i);
      area += (to.step() - from.step()) * (from.value() + to.value()) / 2;
    }
    return area / span;
  }

  /**
   * The step at which it first reaches a level, straight between its points; empty where none does.
   */
  static OptionalDouble reaches(Curve curve, double level) {
    List<Point> points = curve.points();
    for (int i = 0; i < points.size(); i++) {
      Point to = points.get(i);
      if (to.value() >= level) {
        if (i == 0) {
          return OptionalDouble.of(to.step());
        }
        Point from = points.get(i - 1);
        double share = (level - from.value()) / (to.value() - from.value());
        return OptionalDouble.of(from.step() + share * (to.step() - from.step()));
      }
    }
    return OptionalDouble.empty();
  }

  static int last(Curve curve) {
    return curve.points().get(curve.points().size() - 1).step();
  }

  /** The step at which its next point would be. */
  static int next(Curve curve) {
    int n = curve.points().size();
    return n == 1 ? last(curve) + 1 : 2 * last(curve) - curve.points().get(n - 2).step();
  }
}
