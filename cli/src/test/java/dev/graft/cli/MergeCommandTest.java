package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.tensor.DType;
import dev.graft.models.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MergeCommandTest {
  @TempDir Path temp;
  private Path model = Path.of("");
  private Path adapter = Path.of("");

  @BeforeEach
  void folders() {
    model = Tiny.model(temp);
    adapter = Tiny.adapter(temp, model);
  }

  private JsonNode score(Object... more) throws IOException {
    Path ids = Tiny.write(temp.resolve("ids.json"), "[[10, 20, 30, 40, 50, 60, 70, 80]]");
    Object[] args = {"score", "--ids", ids, "--json", "--engine", "reference"};
    Object[] all = Stream.concat(Stream.of(args), Stream.of(more)).toArray();
    return new ObjectMapper().readTree(Run.graft(all).succeeds().out());
  }

  @Test
  void theMergedModelScoresAsTheAdapterDoes() throws IOException {
    double plain = score("--model", model).get("loss").doubleValue();
    double adapted = score("--model", model, "--adapter", adapter).get("loss").doubleValue();
    assertThat(adapted).isNotCloseTo(plain, within(1e-3));
    for (String engine : Tiny.engines()) {
      Path out = temp.resolve("merged-" + engine);
      Run run =
          Run.graft(
                  "merge",
                  "--model",
                  model,
                  "--adapter",
                  adapter,
                  "--out",
                  out,
                  "--set",
                  "backend.type=" + engine)
              .succeeds();
      assertThat(run.out()).startsWith("merged the adapter into 14 weights and wrote '" + out);
      assertThat(run.out().lines()).hasSize(1);
      double merged = score("--model", out).get("loss").doubleValue();
      assertThat(merged).as(engine).isCloseTo(adapted, within(1e-5));
      assertThat(Run.graft("generate", "--model", out, "a", "--max-tokens", 2).succeeds().out())
          .isNotEmpty();
    }
  }

  @Test
  void tellsWhatRoundingCosts() throws IOException {
    Path out = temp.resolve("half");
    Run run =
        Run.graft(
                "merge",
                "--model",
                model,
                "--adapter",
                adapter,
                "--out",
                out,
                "--dtype",
                "bf16",
                "--json")
            .succeeds();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("merged_weights").intValue()).isEqualTo(14);
    // Half a unit in the last of bf16's 8 bits, of a value near the largest.
    assertThat(json.get("drift").get("relative").doubleValue()).isBetween(1e-4, 0x1p-8);
    assertThat(json.get("drift").get("weight").asText()).startsWith("model.");
    assertThat(ModelFolder.open(out).weights().tensor("model.norm.weight").dtype())
        .isEqualTo(DType.BF16);
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".tmp")))
          .isEmpty();
    }
  }

  @Test
  void refusesBadRequestsAndLeavesNothing() throws IOException {
    Path out = temp.resolve("out");
    assertThat(
            Run.graft("merge", "--model", model, "--adapter", model, "--out", out)
                .failsWith(ErrorCode.FILE_MISSING))
        .contains("adapter_config.json");
    assertThat(
            Run.graft("merge", "--model", model, "--adapter", adapter, "--out", model)
                .failsWith(ErrorCode.USAGE))
        .contains("which is there already");
    assertThat(
            Run.graft(
                    "merge",
                    "--model",
                    model,
                    "--adapter",
                    adapter,
                    "--out",
                    out,
                    "--dtype",
                    "int8")
                .failsWith(ErrorCode.USAGE))
        .contains("'int8'");
    assertThat(
            Run.graft(
                    "merge",
                    "--model",
                    model,
                    "--adapter",
                    adapter,
                    "--out",
                    out,
                    "--engine",
                    "djl")
                .failsWith(ErrorCode.PLUGIN_UNKNOWN))
        .contains("'djl'");
    Path config = adapter.resolve("adapter_config.json");
    String text = Files.readString(config);
    Tiny.write(config, text.replace("\"r\" : 4", "\"r\" : 8").replace("\"r\": 4", "\"r\": 8"));
    assertThat(
            Run.graft("merge", "--model", model, "--adapter", adapter, "--out", out)
                .failsWith(ErrorCode.ADAPTER_TENSORS))
        .contains("of another shape");
    assertThat(out).doesNotExist();
  }
}
