package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreCommandTest {
  @TempDir static Path temp;
  private static Path model = Path.of("");
  private static Path adapter = Path.of("");

  @BeforeAll
  static void folders() {
    model = Tiny.model(temp);
    adapter = Tiny.adapter(temp, model);
  }

  private static Path ids(String json) {
    return Tiny.write(temp.resolve("ids.json"), json);
  }

  private static JsonNode score(Object... args) throws IOException {
    return new ObjectMapper().readTree(Run.graft(args).succeeds().out());
  }

  @Test
  void printsRowsWithLogProbabilities() throws IOException {
    Path ids = ids("[[1, 2, 3, 4], [5], [200, 2]]");
    JsonNode json = score("score", "--model", model, "--ids", ids, "--json");
    assertThat(json.properties().stream().map(e -> e.getKey()))
        .containsExactly("rows", "loss", "perplexity");
    double sum = 0;
    int tokens = 0;
    for (JsonNode row : json.get("rows")) {
      assertThat(row.properties().stream().map(e -> e.getKey()))
          .containsExactly("ids", "logprobs", "loss");
      assertThat(row.get("logprobs")).hasSameSizeAs(row.get("ids"));
      assertThat(row.get("logprobs").get(0).isNull()).isTrue();
      double nll = 0;
      for (int i = 1; i < row.get("logprobs").size(); i++) {
        assertThat(row.get("logprobs").get(i).doubleValue()).isNegative();
        nll -= row.get("logprobs").get(i).doubleValue();
      }
      int n = row.get("ids").size() - 1;
      if (n == 0) {
        assertThat(row.get("loss").isNull()).isTrue();
      } else {
        assertThat(row.get("loss").doubleValue()).isCloseTo(nll / n, within(1e-9));
      }
      sum += nll;
      tokens += n;
    }
    assertThat(json.get("rows").get(0).get("ids")).hasToString("[1,2,3,4]");
    assertThat(json.get("loss").doubleValue()).isCloseTo(sum / tokens, within(1e-9));
    assertThat(json.get("perplexity").doubleValue())
        .isCloseTo(Math.exp(sum / tokens), within(1e-6));
  }

  private static JsonNode scoreOn(String engine, Object... more) throws IOException {
    Path ids = ids("[[10, 20, 30, 40, 50, 60, 70, 80], [9, 8, 7]]");
    List<Object> all = new ArrayList<>(List.of("score", "--model", model, "--ids", ids, "--json"));
    all.addAll(List.of("--engine", engine));
    all.addAll(List.of(more));
    return score(all.toArray());
  }

  /** Every token's log-probability within 1e-4 relative. */
  @Test
  void enginesAgreeWithAndWithoutAnAdapter() throws IOException {
    JsonNode exact = scoreOn("reference");
    JsonNode adapted = scoreOn("reference", "--adapter", adapter);
    assertThat(adapted.get("loss").doubleValue())
        .isNotCloseTo(exact.get("loss").doubleValue(), within(1e-3));
    for (String engine : Tiny.engines()) {
      assertSame(engine, scoreOn(engine), exact);
      assertSame(engine, scoreOn(engine, "--adapter", adapter), adapted);
      assertThat(scoreOn(engine, "--dtype", "bf16").get("loss").doubleValue())
          .as(engine)
          .isCloseTo(exact.get("loss").doubleValue(), within(5e-2));
    }
  }

  private static void assertSame(String engine, JsonNode scores, JsonNode expected) {
    int compared = 0;
    for (int row = 0; row < expected.get("rows").size(); row++) {
      JsonNode logprobs = expected.get("rows").get(row).get("logprobs");
      for (int i = 1; i < logprobs.size(); i++) {
        double logprob = logprobs.get(i).doubleValue();
        assertThat(scores.get("rows").get(row).get("logprobs").get(i).doubleValue())
            .as("%s, row %d, token %d", engine, row, i)
            .isCloseTo(logprob, within(-logprob * 1e-4));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(9);
    for (String key : List.of("loss", "perplexity")) {
      double value = expected.get(key).doubleValue();
      assertThat(scores.get(key).doubleValue()).as(engine).isCloseTo(value, within(value * 1e-4));
    }
  }

  @Test
  void theEngineIsAlsoAParameter() throws IOException {
    JsonNode reference = scoreOn("reference");
    assertThat(scoreOn("djl-pytorch", "--set", "backend.type=reference")).isEqualTo(reference);
    assertThat(scoreOn("djl-pytorch", "--set", "backend.threads=1")).isNotEqualTo(reference);
  }

  @Test
  void idsNeedNoTokenizer() throws IOException {
    Path bare = Files.createDirectories(temp.resolve("bare"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(model.resolve(file), bare.resolve(file));
    }
    Path ids = ids("[[1, 2]]");
    assertThat(score("score", "--model", bare, "--ids", ids, "--json").get("rows")).hasSize(1);
    Path text = Tiny.write(temp.resolve("a.txt"), "ab");
    assertThat(Run.graft("score", "--model", bare, "--text", text).failsWith(ErrorCode.TOKENIZER))
        .contains("tokenizer.json");
  }

  @Test
  void aTextIsARowAndWithLinesEveryLineIs() throws IOException {
    Path text = Tiny.write(temp.resolve("b.txt"), "ab\n\ncd\n");
    JsonNode whole = score("score", "--model", model, "--text", text, "--json");
    assertThat(whole.get("rows").findValues("ids")).hasToString("[[97,98,10,10,99,100,10]]");
    JsonNode lines = score("score", "--model", model, "--text", text, "--lines", "--json");
    assertThat(lines.get("rows").findValues("ids")).hasToString("[[97,98], [99,100]]");
  }

  @Test
  void printsATableForPeople() {
    Path ids = ids("[[1, 2, 3], [5]]");
    assertThat(Run.graft("score", "--model", model, "--ids", ids).succeeds().out())
        .matches(
            "(?s)row  tokens  loss +perplexity\\R0    2       \\d.*\\R1    0       -       -\\R"
                + "all  2 .*");
  }

  @Test
  void refusesBadIds() {
    assertThat(fails("[[1, 2], 3]", ErrorCode.FILE_MALFORMED)).contains("row 1", "received 3");
    assertThat(fails("[[1, 2.5]]", ErrorCode.FILE_MALFORMED)).contains("position 1 of row 0");
    assertThat(fails("{\"ids\": []}", ErrorCode.FILE_MALFORMED)).contains("array of arrays");
    assertThat(fails("[[1, 2]", ErrorCode.FILE_MALFORMED)).contains("ids.json", "line 1");
    assertThat(fails("", ErrorCode.FILE_MALFORMED)).contains("an empty file");
    assertThat(fails("[]", ErrorCode.DATA_EMPTY)).contains("received []");
    assertThat(fails("[[1]]", ErrorCode.DATA_EMPTY)).contains("two tokens");
    assertThat(fails("[[1, 258]]", ErrorCode.DATA_MALFORMED)).contains("0 to 257");
    assertThat(fails("[[" + "1, ".repeat(256) + "1]]", ErrorCode.DATA_TOO_LONG)).contains("257");
  }

  private static String fails(String ids, ErrorCode code) {
    return Run.graft("score", "--model", model, "--ids", ids(ids), "--json").failsWith(code);
  }

  @Test
  void refusesBadOptions() {
    Path ids = ids("[[1, 2]]");
    assertThat(Run.graft("score", "--model", model).failsWith(ErrorCode.USAGE))
        .contains("--text", "--ids");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--text", ids)
                .failsWith(ErrorCode.USAGE))
        .contains("mutually exclusive");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--engine", "djl-pytorh")
                .failsWith(ErrorCode.PLUGIN_UNKNOWN))
        .contains("Did you mean 'djl-pytorch'?");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--set", "threads=1")
                .failsWith(ErrorCode.USAGE))
        .contains("backend.KEY=VALUE");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--set", "backend.thread=1")
                .failsWith(ErrorCode.CONFIG_UNKNOWN_KEY))
        .contains("Did you mean 'threads'?");
    assertThat(
            Run.graft(
                    "score",
                    "--model",
                    model,
                    "--ids",
                    ids,
                    "--engine",
                    "reference",
                    "--set",
                    "backend.kernels=fast")
                .failsWith(ErrorCode.CONFIG_UNKNOWN_KEY))
        .contains("'backend.kernels' of the backend 'reference'");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--set", "backend.dtype=bf16")
                .failsWith(ErrorCode.USAGE))
        .contains("use --dtype");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--set", "backend.threads=many")
                .failsWith(ErrorCode.CONFIG_TYPE))
        .contains("backend.threads", "'many'");
    assertThat(
            Run.graft("score", "--model", model, "--ids", ids, "--dtype", "f32")
                .failsWith(ErrorCode.USAGE))
        .contains("Did you mean 'fp32'?");
  }

  @Test
  void refusesBadFolders() throws IOException {
    Path ids = ids("[[1, 2]]");
    Path nowhere = temp.resolve("nowhere");
    assertThat(
            Run.graft("score", "--model", nowhere, "--ids", ids).failsWith(ErrorCode.FILE_MISSING))
        .contains(nowhere.toString());
    assertThat(
            Run.graft("score", "--model", model, "--adapter", nowhere, "--ids", ids)
                .failsWith(ErrorCode.FILE_MISSING))
        .contains(nowhere.toString());
    assertThat(
            Run.graft("score", "--model", model, "--ids", nowhere)
                .failsWith(ErrorCode.FILE_MISSING))
        .contains(nowhere.toString());
    Path cut = Files.createDirectories(temp.resolve("cut"));
    Files.copy(model.resolve("config.json"), cut.resolve("config.json"));
    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    Files.write(
        cut.resolve("model.safetensors"), java.util.Arrays.copyOf(weights, weights.length - 100));
    assertThat(Run.graft("score", "--model", cut, "--ids", ids).failsWith(ErrorCode.FILE_MALFORMED))
        .contains("model.safetensors");
    Path other = Files.createDirectories(temp.resolve("other"));
    Files.copy(model.resolve("model.safetensors"), other.resolve("model.safetensors"));
    Tiny.write(other.resolve("config.json"), Tiny.CONFIG.replace("80,", "96,"));
    assertThat(
            Run.graft("score", "--model", other, "--ids", ids).failsWith(ErrorCode.MODEL_WEIGHTS))
        .contains("mlp.down_proj.weight");
    Path empty = Tiny.write(temp.resolve("empty.txt"), "");
    assertThat(
            Run.graft("score", "--model", model, "--text", empty).failsWith(ErrorCode.DATA_EMPTY))
        .contains("empty.txt");
  }
}
