package dev.graft.training.data;

import dev.graft.api.masking.Role;
import java.util.List;

/**
 * A document of the form {@code text}, all of it to be learned, with the end-of-text token after
 * it. One that is longer than a row is cut into several.
 */
public record TextExample(Origin origin, String text) implements Example {
  @Override
  public Rendering prompt() {
    return new Rendering(List.of());
  }

  @Override
  public Rendering rendering() {
    return new Rendering(List.of(Segment.text(text, Role.RESPONSE, 0), Segment.endOfText(0)));
  }

  @Override
  public boolean mayBeCut() {
    return true;
  }
}
