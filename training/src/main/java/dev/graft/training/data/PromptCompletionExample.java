package dev.graft.training.data;

import dev.graft.api.masking.Role;
import java.util.List;

/**
 * A row of the form {@code prompt-completion}: the completion follows the prompt with nothing in
 * between, and the end-of-text token follows the completion.
 */
public record PromptCompletionExample(Origin origin, String prompted, String completion)
    implements Example {
  @Override
  public Rendering prompt() {
    return new Rendering(List.of(Segment.text(prompted, Role.INSTRUCTION, 0)));
  }

  @Override
  public Rendering rendering() {
    return new Rendering(
        List.of(
            Segment.text(prompted, Role.INSTRUCTION, 0),
            Segment.text(completion, Role.RESPONSE, 0),
            Segment.endOfText(0)));
  }
}
