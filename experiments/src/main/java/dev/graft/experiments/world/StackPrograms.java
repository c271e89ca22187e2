package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Programs of two to five instructions for the {@link StackMachine}, with the stack after every
 * instruction as the worked answer. A program that is held out is in no training set.
 */
public final class StackPrograms {
  private static final Pattern FINAL = Pattern.compile("Output: ([0-4]+)");
  private static final int LONGEST = 5;
  private static final int DEEPEST = 3;

  private final long seed;
  private final Split split;
  private final Draw draw;

  /** Programs of a seed; the name tells apart streams of one seed. */
  public StackPrograms(long seed, Split split, String stream) {
    this.seed = seed;
    this.split = split;
    this.draw = new Draw(seed, "stack-programs/" + split + "/" + stream);
  }

  /** A program to run. */
  public Task next() {
    while (true) {
      String program = program(draw.between(2, LONGEST));
      if (Split.of(seed, "program/" + program) == split) {
        return task(program);
      }
    }
  }

  /** A program that never finds too few digits and never leaves none. */
  private String program(int length) {
    StackMachine machine = new StackMachine();
    StringBuilder out = new StringBuilder();
    while (out.length() < length) {
      List<Character> possible = new ArrayList<>();
      if (machine.depth() < DEEPEST) {
        possible.add((char) ('0' + draw.below(StackMachine.BASE)));
        if (machine.depth() > 0) {
          possible.add('$');
        }
      }
      if (machine.depth() > 1) {
        possible.addAll(List.of('+', '-', '~', '%'));
      }
      char instruction = draw.of(possible);
      machine.execute(instruction);
      out.append(instruction);
    }
    return out.toString();
  }

  private static Task task(String program) {
    StackMachine machine = new StackMachine();
    List<String> trace = new ArrayList<>();
    for (int i = 0; i < program.length(); i++) {
      char instruction = program.charAt(i);
      machine.execute(instruction);
      trace.add(instruction + ">" + machine.show());
    }
    String answer = machine.show();
    return new Task("Run: " + program, String.join(" ", trace) + ". Output: " + answer, answer);
  }

  /** The output that an answer states, or nothing where it states none. */
  public static Optional<String> answer(String output) {
    Matcher matcher = FINAL.matcher(output);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
