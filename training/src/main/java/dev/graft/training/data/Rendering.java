package dev.graft.training.data;

import java.util.List;

/**
 * An example as the text that the model sees, in stretches of one role each.
 *
 * @param segments in order; the end-of-text token can only come last
 * @param complete whether the text holds all that the model sees, so that no beginning-of-text
 *     token is put before it
 */
public record Rendering(List<Segment> segments, boolean complete) {
  /** A text that the tokenizer's beginning-of-text token precedes where it wants one. */
  public Rendering(List<Segment> segments) {
    this(segments, false);
  }

  public Rendering {
    segments = List.copyOf(segments);
    for (int i = 0; i + 1 < segments.size(); i++) {
      if (segments.get(i).isEndOfText()) {
        throw new IllegalArgumentException("expected the end-of-text token last: " + segments);
      }
    }
  }

  /** The whole text, without the end-of-text token. */
  public String text() {
    StringBuilder out = new StringBuilder();
    segments.forEach(s -> out.append(s.text()));
    return out.toString();
  }
}
