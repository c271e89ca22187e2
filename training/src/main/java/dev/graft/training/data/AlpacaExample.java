package dev.graft.training.data;

import dev.graft.api.masking.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the form {@code alpaca}, rendered with the template of Stanford Alpaca; without an input
 * the template leaves that part out. The end-of-text token follows the output.
 *
 * @param input further input; empty when there is none
 */
public record AlpacaExample(Origin origin, String instruction, String input, String output)
    implements Example {
  private static final String WITH_INPUT =
      "Below is an instruction that describes a task, paired with an input that provides further"
          + " context. Write a response that appropriately completes the request.\n\n"
          + "### Instruction:\n";
  private static final String WITHOUT_INPUT =
      "Below is an instruction that describes a task. Write a response that appropriately"
          + " completes the request.\n\n### Instruction:\n";

  /** The prompt for an instruction that is in no data set. */
  public static Rendering prompt(String instruction, String input) {
    return new Rendering(segments(instruction, input));
  }

  private static List<Segment> segments(String instruction, String input) {
    List<Segment> out = new ArrayList<>();
    out.add(Segment.text(input.isEmpty() ? WITHOUT_INPUT : WITH_INPUT, Role.TEMPLATE, 0));
    out.add(Segment.text(instruction, Role.INSTRUCTION, 0));
    if (!input.isEmpty()) {
      out.add(Segment.text("\n\n### Input:\n", Role.TEMPLATE, 0));
      out.add(Segment.text(input, Role.INPUT, 0));
    }
    out.add(Segment.text("\n\n### Response:\n", Role.TEMPLATE, 0));
    return out;
  }

  @Override
  public Rendering prompt() {
    return prompt(instruction, input);
  }

  @Override
  public Rendering rendering() {
    List<Segment> all = segments(instruction, input);
    all.add(Segment.text(output, Role.RESPONSE, 0));
    all.add(Segment.endOfText(0));
    return new Rendering(all);
  }
}
