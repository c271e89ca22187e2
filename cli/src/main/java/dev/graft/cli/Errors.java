package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever is thrown into one paragraph on standard error and an exit status. */
final class Errors {
  private Errors() {}

  /** A mistake in the arguments. */
  static int usage(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    GraftException cause =
        e.getCause() instanceof GraftException g
            ? g
            : new GraftException(ErrorCode.USAGE, message(e), e);
    print(line.getErr(), cause, Arrays.asList(args).contains(GraftCommand.STACKTRACE));
    return cause.code().exitStatus();
  }

  private static String message(CommandLine.ParameterException e) {
    CommandLine line = e.getCommandLine();
    String help = " Run '" + line.getCommandSpec().qualifiedName() + " --help'";
    if (e instanceof UnmatchedArgumentException u && !u.getUnmatched().isEmpty()) {
      String given = u.getUnmatched().get(0);
      if (given.startsWith("-")) {
        List<String> options = new ArrayList<>(line.getCommandSpec().optionsMap().keySet());
        options.removeIf(o -> !o.startsWith("--"));
        return "unknown option '" + given + "'. " + Nearest.hint(given, options) + help;
      }
      if (!line.getSubcommands().isEmpty()) {
        return "unknown command '"
            + given
            + "'. "
            + Nearest.hint(given, line.getSubcommands().keySet())
            + help;
      }
      return "expected no further argument, received '" + given + "'." + help;
    }
    String text = String.valueOf(e.getMessage());
    return text + (text.endsWith(".") ? "" : ".") + help;
  }

  /** A command that failed. */
  static int failed(Exception e, CommandLine line, ParseResult parsed) {
    GraftException cause = explain(e);
    print(line.getErr(), cause, parsed.originalArgs().contains(GraftCommand.STACKTRACE));
    return cause.code().exitStatus();
  }

  /** What not even a command line can handle. */
  static int fatal(Session session, Error e, boolean stacktrace) {
    String message =
        e instanceof OutOfMemoryError
            ? "ran out of memory ("
                + e.getMessage()
                + "). Give the JVM more, for example GRAFT_OPTS=-Xmx8g; in training, lower"
                + " micro_batch_size or sequence_len"
            : "stopped by " + e + ". Run again with --stacktrace and report it";
    GraftException cause = new GraftException(ErrorCode.BACKEND_FAILED, message, e);
    print(session.err(), cause, stacktrace);
    return cause.code().exitStatus();
  }

  private static GraftException explain(Exception e) {
    if (e instanceof GraftException g) {
      return g;
    }
    if (e instanceof IOException || e instanceof UncheckedIOException) {
      return new GraftException(
          ErrorCode.FILE_READ, "could not read or write a file: " + e.getMessage(), e);
    }
    return new GraftException(
        ErrorCode.BACKEND_FAILED,
        "stopped by a mistake in Graft or a plugin, "
            + e
            + ". Run again with --stacktrace and report it",
        e);
  }

  /**
   * A run that was asked to stop, told where it ends: when the JVM is being shut down, it waits for
   * that only. Anything else is thrown on.
   */
  static int stopped(Session session, GraftException e) {
    if (e.code() != ErrorCode.INTERRUPTED) {
      throw e;
    }
    print(session.err(), e, /* stacktrace= */ false);
    return e.code().exitStatus();
  }

  /** The paragraph. */
  static void print(PrintWriter err, GraftException e, boolean stacktrace) {
    err.println("graft: " + e.paragraph().replaceAll("\\s*\\R\\s*", " "));
    if (stacktrace) {
      e.printStackTrace(err);
    }
    err.flush();
  }
}
