package dev.graft.experiments.world;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Arithmetic word problems of one or two steps whose numbers stay below 30. A problem is its kind
 * and its numbers: those of held-out problems occur in no training problem of that kind, whatever
 * words they are clothed in.
 */
public final class WordProblems {
  private static final Pattern FINAL = Pattern.compile("The answer is (-?\\d+)");
  private static final List<String> NAMES =
      List.of("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal");
  private static final List<String> OBJECTS =
      List.of("pears", "coins", "shells", "cards", "nuts", "beads", "stamps", "eggs");

  private final long seed;
  private final Split split;
  private final Draw draw;

  /** Problems of a seed; the name tells apart streams of one seed. */
  public WordProblems(long seed, Split split, String stream) {
    this.seed = seed;
    this.split = split;
    this.draw = new Draw(seed, "word-problems/" + split + "/" + stream);
  }

  private enum Kind {
    ADD,
    SUBTRACT,
    MULTIPLY,
    ADD_SUBTRACT,
    SUBTRACT_ADD,
    MULTIPLY_ADD
  }

  private static final Set<Kind> TWO_STEPS =
      Set.of(Kind.ADD_SUBTRACT, Kind.SUBTRACT_ADD, Kind.MULTIPLY_ADD);

  /** A problem of any kind. */
  public Task next() {
    while (true) {
      Kind kind = draw.of(List.of(Kind.values()));
      boolean product = kind == Kind.MULTIPLY || kind == Kind.MULTIPLY_ADD;
      int a = product ? draw.between(2, 5) : draw.between(2, 18);
      int b = product ? draw.between(2, 5) : draw.between(1, 9);
      int c = product ? draw.between(1, 4) : draw.between(1, 9);
      boolean subtracts = kind == Kind.SUBTRACT || kind == Kind.SUBTRACT_ADD;
      boolean possible = subtracts ? b < a : kind != Kind.ADD_SUBTRACT || (c < a + b && a + b < 30);
      boolean two = TWO_STEPS.contains(kind);
      String identity = "problem/" + kind + "/" + a + "/" + b + (two ? "/" + c : "");
      if (possible && Split.of(seed, identity) == split) {
        return task(kind, a, b, c);
      }
    }
  }

  private Task task(Kind kind, int a, int b, int c) {
    String name = draw.of(NAMES);
    String things = draw.of(OBJECTS);
    String has =
        draw.of(name + " has " + a + " " + things + ".", "There are " + a + " " + things + ".");
    String more = draw.of(name + " finds ", name + " buys ", name + " gets ");
    String less = draw.of(name + " loses ", name + " sells ", name + " gives away ");
    String boxes =
        draw.of(name + " has ", "There are ") + a + " boxes with " + b + " " + things + " each.";
    String question =
        draw.of("How many " + things + " are there now?", "How many are there in the end?");
    return switch (kind) {
      case ADD -> task(has + " " + more + b + " more. " + question, a, '+', b);
      case SUBTRACT -> task(has + " " + less + b + ". " + question, a, '-', b);
      case MULTIPLY -> task(boxes + " " + question, a, '*', b);
      case ADD_SUBTRACT ->
          task(
              has + " " + more + b + " more. Then " + less + c + ". " + question,
              a,
              '+',
              b,
              '-',
              c);
      case SUBTRACT_ADD ->
          task(
              has + " " + less + b + ". Then " + more + c + " more. " + question,
              a,
              '-',
              b,
              '+',
              c);
      case MULTIPLY_ADD -> task(boxes + " " + more + c + " more. " + question, a, '*', b, '+', c);
    };
  }

  private static Task task(String problem, int a, char first, int b) {
    return answered(problem, step(a, first, b), apply(a, first, b));
  }

  private static Task task(String problem, int a, char first, int b, char second, int c) {
    int middle = apply(a, first, b);
    return answered(problem, step(a, first, b) + step(middle, second, c), apply(middle, second, c));
  }

  private static Task answered(String problem, String steps, int answer) {
    return new Task(problem, steps + "The answer is " + answer + ".", String.valueOf(answer));
  }

  private static String step(int x, char operation, int y) {
    return x + " " + operation + " " + y + " = " + apply(x, operation, y) + ". ";
  }

  private static int apply(int x, char operation, int y) {
    return operation == '+' ? x + y : operation == '-' ? x - y : x * y;
  }

  /** The final number of an answer, or nothing where it states none. */
  public static Optional<String> answer(String output) {
    Matcher matcher = FINAL.matcher(output);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
