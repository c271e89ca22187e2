package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateCommandTest {
  @TempDir static Path temp;
  private static Path model = Path.of("");
  private static Path adapter = Path.of("");

  @BeforeAll
  static void folders() {
    model = Tiny.model(temp);
    adapter = Tiny.adapter(temp, model);
  }

  private static Run run(Object... args) {
    List<Object> all = new ArrayList<>(List.of("generate", "--model", model));
    all.addAll(Arrays.asList(args));
    return Run.graft(all.toArray());
  }

  private static JsonNode json(Object... args) throws IOException {
    List<Object> all = new ArrayList<>(Arrays.asList(args));
    all.add("--json");
    return new ObjectMapper().readTree(run(all.toArray()).succeeds().out());
  }

  @Test
  void printsWhatItGenerates() throws IOException {
    JsonNode json = json("Once", "--max-tokens", 12);
    assertThat(json.get("prompt").asText()).isEqualTo("Once");
    assertThat(json.get("prompt_ids")).hasToString("[79,110,99,101]");
    assertThat(json.get("ids").size()).isBetween(1, 12);
    assertThat(json.get("finish").asText())
        .isEqualTo(json.get("ids").size() == 12 ? "length" : "stop");
    assertThat(run("Once", "--max-tokens", 12).succeeds().out())
        .isEqualTo(json.get("text").asText() + System.lineSeparator());
  }

  @Test
  void enginesAgreeAndTheAdapterMatters() throws IOException {
    String plain = json("Once", "--max-tokens", 8).get("ids").toString();
    for (String engine : Tiny.engines()) {
      assertThat(json("Once", "--max-tokens", 8, "--engine", engine).get("ids"))
          .as(engine)
          .hasToString(plain);
    }
    assertThat(json("Once", "--max-tokens", 8, "--set", "backend.type=reference").get("ids"))
        .hasToString(plain);
    assertThat(json("Once", "--max-tokens", 8, "--adapter", adapter).get("ids").toString())
        .isNotEqualTo(plain);
  }

  @Test
  void theSeedDecidesWhatIsDrawn() throws IOException {
    Object[] first = {"a", "--max-tokens", 8, "--temperature", 1.5, "--seed", 1};
    Object[] second = {"a", "--max-tokens", 8, "--temperature", 1.5, "--seed", 2};
    assertThat(json(first).get("ids")).isEqualTo(json(first).get("ids"));
    assertThat(json(first).get("ids")).isNotEqualTo(json(second).get("ids"));
    Object[] best = {"a", "--max-tokens", 8, "--temperature", 1.5, "--seed", 2, "--top-k", 1};
    assertThat(json(best).get("ids")).isEqualTo(json("a", "--max-tokens", 8).get("ids"));
  }

  @Test
  void rendersInstructionsAsInTraining() throws IOException {
    JsonNode json = json("--instruction", "Sum.", "--max-tokens", 1);
    assertThat(json.get("prompt").asText())
        .isEqualTo(
            "Below is an instruction that describes a task. Write a response that appropriately"
                + " completes the request.\n\n### Instruction:\nSum.\n\n### Response:\n");
    assertThat(json("Sum.", "--template", "alpaca", "--max-tokens", 1)).isEqualTo(json);
    assertThat(
            json("--instruction", "Sum.", "--input", "1 2", "--max-tokens", 1)
                .get("prompt")
                .asText())
        .endsWith("### Instruction:\nSum.\n\n### Input:\n1 2\n\n### Response:\n");
  }

  @Test
  void readsAPromptFromStandardInput() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("Né".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(json("-", "--max-tokens", 1).get("prompt_ids")).hasToString("[78,195,169]");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void refusesBadRequests() {
    assertThat(run().failsWith(ErrorCode.USAGE)).contains("received neither");
    assertThat(run("a", "--instruction", "b").failsWith(ErrorCode.USAGE)).contains("both");
    assertThat(run("a", "--input", "b").failsWith(ErrorCode.USAGE)).contains("--input");
    assertThat(run("").failsWith(ErrorCode.DATA_EMPTY)).contains("an empty text");
    assertThat(run("a", "--max-tokens", 0).failsWith(ErrorCode.CONFIG_VALUE))
        .contains("max_tokens");
    assertThat(run("a", "--top-p", 2).failsWith(ErrorCode.CONFIG_VALUE)).contains("top_p");
    assertThat(run("a", "--temperature", "hot").failsWith(ErrorCode.USAGE))
        .contains("--temperature", "hot");
    assertThat(run("a", "--template", "alpca").failsWith(ErrorCode.USAGE))
        .contains("Did you mean 'alpaca'?");
    assertThat(run("a".repeat(300)).failsWith(ErrorCode.DATA_TOO_LONG)).contains("256");
    assertThat(run("a", "--adapter", model).failsWith(ErrorCode.FILE_MISSING))
        .contains("adapter_config.json");
  }
}
