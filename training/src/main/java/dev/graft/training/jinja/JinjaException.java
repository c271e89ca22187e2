package dev.graft.training.jinja;

/**
 * A template that cannot be read, or fails on the data; the message says what and at which line.
 */
public class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;
  private final int line;

  JinjaException(String problem) {
    this(problem, 0);
  }

  JinjaException(String problem, int line) {
    this(problem, line, "");
  }

  private JinjaException(String problem, int line, String template) {
    super(
        problem
            + (line == 0 ? "" : ", at line " + line)
            + (template.isEmpty()
                ? ""
                : (line == 0 ? ", in" : " of") + " the chat template '" + template + "'"));
    this.problem = problem;
    this.line = line;
  }

  /** The problem alone, without where; the template's own words where it raised. */
  public String problem() {
    return problem;
  }

  /** The line of the template, from 1; 0 where it is not known. */
  public int line() {
    return line;
  }

  /** This problem at a line, unless its line is known. */
  JinjaException at(int where) {
    return line != 0 ? this : copy(problem, where, "");
  }

  /** This problem in a template of a name. */
  JinjaException in(String template) {
    return copy(problem, line, template);
  }

  JinjaException copy(String what, int where, String template) {
    return new JinjaException(what, where, template);
  }

  /** The template's own {@code raise_exception}: it refuses the data. */
  public static final class Raised extends JinjaException {
    private static final long serialVersionUID = 1;

    Raised(String message) {
      super(message);
    }

    private Raised(String message, int line, String template) {
      super(message, line, template);
    }

    @Override
    JinjaException copy(String what, int where, String template) {
      return new Raised(what, where, template);
    }
  }
}
