package dev.graft.training.jinja;

/**
 * A template that cannot be read, or fails on the data; the message says what and at which line.
 */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;
  private final int line;
  private final boolean raised;

  JinjaException(String problem) {
    this(problem, 0);
  }

  JinjaException(String problem, int line) {
    this(problem, line, "", false);
  }

  /** What a template says by {@code raise_exception}. */
  static JinjaException raise(String message) {
    return new JinjaException(message, 0, "", true);
  }

  private JinjaException(String problem, int line, String template, boolean raised) {
    super(
        problem
            + (line == 0 ? "" : ", at line " + line)
            + (template.isEmpty()
                ? ""
                : (line == 0 ? ", in" : " of") + " the chat template '" + template + "'"));
    this.problem = problem;
    this.line = line;
    this.raised = raised;
  }

  /** The problem alone, without where; the template's own words where it raised. */
  public String problem() {
    return problem;
  }

  /** The line of the template, from 1; 0 where it is not known. */
  public int line() {
    return line;
  }

  /** Whether it is the template's own {@code raise_exception}: it refuses the data. */
  public boolean raised() {
    return raised;
  }

  /** This problem at a line, unless its line is known. */
  JinjaException at(int where) {
    return line != 0 ? this : new JinjaException(problem, where, "", raised);
  }

  /** This problem in a template of a name. */
  JinjaException in(String template) {
    return new JinjaException(problem, line, template, raised);
  }
}
