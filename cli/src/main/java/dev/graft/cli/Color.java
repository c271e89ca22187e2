package dev.graft.cli;

import java.util.Map;

/** Whether results are coloured. */
enum Color {
  /**
   * On a terminal, unless the environment has {@code NO_COLOR} (no-color.org) or says that the
   * terminal is dumb.
   */
  AUTO,
  ALWAYS,
  NEVER;

  /** Whether standard output is a terminal, as the launcher tells it. */
  static final String TERMINAL = "graft.terminal.out";

  boolean on() {
    return on(System.getenv(), Boolean.getBoolean(TERMINAL));
  }

  boolean on(Map<String, String> environment, boolean terminal) {
    return switch (this) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          terminal
              && environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !environment.getOrDefault("TERM", "").equals("dumb");
    };
  }
}
