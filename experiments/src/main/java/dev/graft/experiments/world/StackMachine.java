package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The interpreter of a small stack language on the digits 0 to 4: {@code push d}, {@code dup},
 * {@code swap}, {@code drop}, {@code add} and {@code sub}, separated by commas. Sums and
 * differences are taken modulo 5; {@code sub} takes the top from what lies below it.
 */
public final class StackMachine {
  /** As many digits as there are. Larger tables of sums take small models far longer to learn. */
  static final int BASE = 5;

  private final List<Integer> stack = new ArrayList<>();

  /**
   * Runs a program.
   *
   * @return the digits on the stack from the bottom to the top, with spaces between
   * @throws IllegalArgumentException for an unknown instruction, or one that finds too few digits
   */
  public static String run(String program) {
    StackMachine machine = new StackMachine();
    for (String instruction : program.split(",", -1)) {
      machine.execute(instruction.strip());
    }
    return machine.show();
  }

  /** The digits on the stack, from the bottom to the top. */
  String show() {
    return stack.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  int depth() {
    return stack.size();
  }

  void execute(String instruction) {
    if (instruction.matches("push [0-4]")) {
      stack.add(instruction.charAt(instruction.length() - 1) - '0');
      return;
    }
    switch (instruction) {
      case "dup" -> {
        int top = pop(instruction);
        stack.add(top);
        stack.add(top);
      }
      case "swap" -> {
        int top = pop(instruction);
        int below = pop(instruction);
        stack.add(top);
        stack.add(below);
      }
      case "drop" -> pop(instruction);
      case "add" -> {
        int top = pop(instruction);
        stack.add((pop(instruction) + top) % BASE);
      }
      case "sub" -> {
        int top = pop(instruction);
        stack.add(Math.floorMod(pop(instruction) - top, BASE));
      }
      default ->
          throw new IllegalArgumentException(
              "expected push and a digit below 5, dup, swap, drop, add or sub, received '"
                  + instruction
                  + "'");
    }
  }

  private int pop(String instruction) {
    if (stack.isEmpty()) {
      throw new IllegalArgumentException("expected more digits on the stack for " + instruction);
    }
    return stack.remove(stack.size() - 1);
  }
}
