package dev.graft.architecture.broken.training;

/** Breaks: static fields are final. */
final class StaticState {
  private static int steps;

  private StaticState() {}

  static int next() {
    return ++steps;
  }
}
