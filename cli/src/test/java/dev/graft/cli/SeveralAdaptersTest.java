package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --adapter NAME=DIR@WEIGHT}, several times. */
class SeveralAdaptersTest {
  @TempDir Path temp;
  private Path model = Path.of("");
  private Path adapter = Path.of("");

  @BeforeEach
  void folders() {
    model = Tiny.model(temp);
    adapter = Tiny.adapter(temp, model);
  }

  private double loss(Object... more) throws IOException {
    Path ids = Tiny.write(temp.resolve("ids.json"), "[[10, 20, 30, 40, 50, 60, 70, 80]]");
    Object[] args = {"score", "--ids", ids, "--json", "--engine", "reference"};
    Object[] all = Stream.concat(Stream.of(args), Stream.of(more)).toArray();
    return new ObjectMapper().readTree(Run.graft(all).succeeds().out()).get("loss").doubleValue();
  }

  @Test
  void changesAreWeightedAndAdded() throws IOException {
    double alone = loss("--model", model, "--adapter", adapter);
    String other = "b=" + adapter;
    assertThat(loss("--model", model, "--adapter", adapter, "--adapter", other + "@0"))
        .isEqualTo(alone);
    assertThat(
            loss(
                "--model",
                model,
                "--adapter",
                "a=" + adapter + "@0.25",
                "--adapter",
                other + "@.75"))
        .isCloseTo(alone, within(1e-9));
    assertThat(loss("--model", model, "--adapter", adapter + "@0"))
        .isEqualTo(loss("--model", model));
    Path out = temp.resolve("merged");
    Run.graft("merge", "--model", model, "--adapter", adapter, "--adapter", other, "--out", out)
        .succeeds();
    double both = loss("--model", model, "--adapter", adapter, "--adapter", other);
    assertThat(both).isNotCloseTo(alone, within(1e-3));
    assertThat(loss("--model", out)).isCloseTo(both, within(1e-5));
    assertThat(
            Run.graft(
                    "generate",
                    "--model",
                    model,
                    "--adapter",
                    adapter,
                    "--adapter",
                    other,
                    "a",
                    "--max-tokens",
                    2)
                .succeeds()
                .out())
        .isNotEmpty();
  }

  @Test
  void twoOfOneNameAreRefused() {
    Run run =
        Run.graft("generate", "--model", model, "--adapter", adapter, "--adapter", adapter, "a");
    assertThat(run.failsWith(ErrorCode.USAGE)).contains("'adapter' twice", "NAME=DIR");
  }
}
