package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.error.ErrorCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What one invocation in this process did. */
record Run(int status, String out, String err) {
  static Run graft(Object... args) {
    return graft(List.of(), args);
  }

  static Run graft(List<Path> pluginPath, Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Session session =
        new Session(pluginPath, new PrintWriter(out), new PrintWriter(err), /* terminal= */ false);
    int status =
        GraftCommand.run(session, Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new Run(status, out.toString(), err.toString());
  }

  Run succeeds() {
    assertThat(status).as("exit status; stderr: %s", err).isZero();
    assertThat(err).doesNotContain("graft: ");
    return this;
  }

  /** One paragraph with the code, the status that goes with it, no result and no stack trace. */
  String failsWith(ErrorCode code) {
    assertThat(err).as("standard error").endsWith(" [" + code.id() + "]" + System.lineSeparator());
    List<String> paragraphs = err.lines().filter(l -> l.startsWith("graft: ")).toList();
    assertThat(paragraphs).hasSize(1);
    assertThat(err.lines().toList()).last().isEqualTo(paragraphs.get(0));
    assertThat(err).doesNotContain("\tat ", "Exception", "null");
    assertThat(status).isEqualTo(code.exitStatus());
    assertThat(out).isEmpty();
    return paragraphs.get(0).substring("graft: ".length());
  }
}
