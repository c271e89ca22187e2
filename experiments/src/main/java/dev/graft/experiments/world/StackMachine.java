package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The interpreter of a small stack language. Every instruction is one character: a digit from 0 to
 * 4 pushes itself, {@code $} doubles the top, {@code ~} swaps the two on top, {@code %} drops the
 * top, and {@code +} and {@code -} take the two on top and push their sum or difference modulo 5;
 * {@code -} takes the top from what lies below it.
 */
public final class StackMachine {
  /** As many digits as there are. Larger tables of sums take small models far longer to learn. */
  static final int BASE = 5;

  private final List<Integer> stack = new ArrayList<>();

  /**
   * Runs a program.
   *
   * @return the digits on the stack from the bottom to the top
   * @throws IllegalArgumentException for an unknown instruction, or one that finds too few digits
   */
  public static String run(String program) {
    StackMachine machine = new StackMachine();
    program.chars().forEach(c -> machine.execute((char) c));
    return machine.show();
  }

  /** The digits on the stack, from the bottom to the top. */
  String show() {
    return stack.stream().map(String::valueOf).collect(Collectors.joining());
  }

  int depth() {
    return stack.size();
  }

  void execute(char instruction) {
    if (instruction >= '0' && instruction < '0' + BASE) {
      stack.add(instruction - '0');
      return;
    }
    switch (instruction) {
      case '$' -> {
        int top = pop(instruction);
        stack.add(top);
        stack.add(top);
      }
      case '~' -> {
        int top = pop(instruction);
        int below = pop(instruction);
        stack.add(top);
        stack.add(below);
      }
      case '%' -> pop(instruction);
      case '+' -> {
        int top = pop(instruction);
        stack.add((pop(instruction) + top) % BASE);
      }
      case '-' -> {
        int top = pop(instruction);
        stack.add(Math.floorMod(pop(instruction) - top, BASE));
      }
      default ->
          throw new IllegalArgumentException(
              "expected a digit below 5, $, ~, %, + or -, received '" + instruction + "'");
    }
  }

  private int pop(char instruction) {
    if (stack.isEmpty()) {
      throw new IllegalArgumentException("expected more digits on the stack for " + instruction);
    }
    return stack.remove(stack.size() - 1);
  }
}
