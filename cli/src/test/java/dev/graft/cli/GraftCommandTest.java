package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.error.ErrorCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class GraftCommandTest {
  @Test
  void printsItsVersion() {
    assertThat(Run.graft("--version").succeeds().out())
        .matches(
            "graft \\d+\\.\\d+\\.\\d+\\S* \\(Java " + Runtime.version().feature() + ".*\\)\\R");
  }

  @Test
  void everyCommandHelpsWithExamples() {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    CommandLine line =
        GraftCommand.commandLine(new Session(List.of(), nowhere, nowhere, /* terminal= */ false));
    assertThat(line.getSubcommands()).hasSizeGreaterThanOrEqualTo(3);
    for (String command : line.getSubcommands().keySet()) {
      String help = Run.graft(command, "--help").succeeds().out();
      assertThat(help).contains("Usage: graft " + command, "Examples:", "Exit status:");
      assertThat(help).as("an example of its own").contains("  graft " + command);
    }
  }

  @Test
  void suggestsTheNearestCommand() {
    assertThat(Run.graft("pluggins").failsWith(ErrorCode.USAGE))
        .startsWith("unknown command 'pluggins'. Did you mean 'plugins'? Known: ");
  }

  @Test
  void suggestsTheNearestOption() {
    assertThat(Run.graft("plugins", "--jason").failsWith(ErrorCode.USAGE))
        .isEqualTo(
            "unknown option '--jason'. Did you mean '--json'? Known: --help, --json, --plugins,"
                + " --stacktrace, --version. Run 'graft plugins --help' [usage]");
  }

  @Test
  void wantsACommand() {
    assertThat(Run.graft().failsWith(ErrorCode.USAGE)).startsWith("expected a command");
  }

  @Test
  void refusesSurplusArguments() {
    assertThat(Run.graft("plugins", "lora").failsWith(ErrorCode.USAGE))
        .startsWith("expected no further argument, received 'lora'");
  }

  @Test
  void wantsRequiredOptions() {
    assertThat(Run.graft("init-model", "--out", "x").failsWith(ErrorCode.USAGE))
        .isEqualTo(
            "Missing required option: '--config=FILE'. Run 'graft init-model --help' [usage]");
  }

  @Test
  void printsAStackTraceOnlyWhenAsked() {
    Run run = Run.graft("init-model", "--config", "nowhere.json", "--out", "x", "--stacktrace");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("\tat dev.graft.cli.");
  }
}
