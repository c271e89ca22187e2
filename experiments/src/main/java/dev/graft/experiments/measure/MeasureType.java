package dev.graft.experiments.measure;

import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.Unit;

/** What a study can measure of a model. */
public enum MeasureType {
  /** The mean loss of the tokens of some texts, or of those of one role. */
  LOSS(Direction.LOWER, Unit.NATS),
  /** The share of questions of a generated world that greedy generation answers rightly. */
  EXACT(Direction.HIGHER, Unit.SHARE),
  /** The share of prompts that greedy generation answers with the reference. */
  ANSWERS(Direction.HIGHER, Unit.SHARE),
  /** The share of hexadecimal digits that greedy generation puts in the right place. */
  CHARACTERS(Direction.HIGHER, Unit.SHARE),
  /** The share of questions whose right choice is the likeliest. */
  CHOICES(Direction.HIGHER, Unit.SHARE);

  private final Direction direction;
  private final Unit unit;

  MeasureType(Direction direction, Unit unit) {
    this.direction = direction;
    this.unit = unit;
  }

  /** Which values are better. */
  public Direction direction() {
    return direction;
  }

  /** What it counts in. */
  public Unit unit() {
    return unit;
  }

  /** Whether it has rows answered, each with a reference. */
  boolean asks() {
    return this == ANSWERS || this == CHARACTERS;
  }
}
