package dev.graft.training.data;

import dev.graft.api.masking.Mark;
import dev.graft.api.masking.Role;

/**
 * A stretch of rendered text of one role.
 *
 * @param text the text; empty for the end-of-text token, which is appended by id and never searched
 *     for in the text
 * @param role what it is
 * @param turn the index of the assistant turn that it belongs to or leads to, from 0
 * @param endOfTurn whether its tokens end an assistant turn
 * @param mark what the data says about it
 */
public record Segment(String text, Role role, int turn, boolean endOfTurn, Mark mark) {
  /** A stretch that the data does not mark. */
  public Segment(String text, Role role, int turn, boolean endOfTurn) {
    this(text, role, turn, endOfTurn, Mark.NONE);
  }

  public static Segment text(String text, Role role, int turn) {
    return new Segment(text, role, turn, false);
  }

  /** The tokenizer's end-of-text token, ending a turn. */
  public static Segment endOfText(int turn) {
    return new Segment("", Role.SPECIAL, turn, true);
  }

  boolean isEndOfText() {
    return endOfTurn && text.isEmpty();
  }
}
