package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PreviewCommandTest {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "tiny", "recipe.yaml").toAbsolutePath().normalize();
  private static final String HOSTILE =
      "<script>alert(1)</script> & \\\"q\\\" 'a' </style><img src=x onerror=alert(2)>\\u001b[31m";

  @TempDir Path temp;

  private static Run preview(Object... more) {
    List<Object> all = new ArrayList<>(List.of("preview", EXAMPLE));
    all.addAll(Arrays.asList(more));
    return Run.graft(all.toArray());
  }

  private Object[] data(String rows, Object... more) {
    Path file = Tiny.write(temp.resolve("data.jsonl"), rows);
    List<Object> all = new ArrayList<>();
    all.add("--set");
    all.add("datasets=[{path: '" + file + "', type: prompt-completion}]");
    all.addAll(List.of("--set", "val_set_size=0"));
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  /** Every token is one byte, and so one column. */
  @Test
  void marksStandBeneathTheTextForEveryMask() {
    String out = preview("--rows", 1, "--mask", "response-only", "--mask", "none").succeeds().out();
    assertThat(out)
        .contains(
            "data.json, row 1 (line 2): 200 tokens",
            "response-only: 34 of 200 tokens trained (17 %), end of turn trained in 1 of 1",
            "none: 199 of 200 tokens trained (99.5 %), end of turn trained in 1 of 1",
            """
              text           Name·the·animal·of·Yarrow.⏎⏎
              role           iiiiiiiiiiiiiiiiiiiiiiiiiitt
              response-only  ............................
              none           ############################

              text           ###·Response:⏎
              role           tttttttttttttt
              response-only  ..............
              none           ##############

              text           The·animal·of·Yarrow·is·the·hare.<|endoftext|>
              role           rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrxxxxxxxxxxxxx
              response-only  ##################################------------
              none           ##################################------------
            """
                .indent(0)
                .replace("\n", System.lineSeparator()))
        .containsPattern("rows +80\\R")
        .containsPattern("l_inst/l_out +1\\.19\\R")
        .containsPattern("length +least 192, median 210, .*most 274 tokens\\R")
        .containsPattern("trained +2,278 tokens \\(13 %\\) +17,777 tokens \\(99\\.6 %\\)\\R")
        .containsPattern("response +2,198 of 2,198 +2,198 of 2,198\\R")
        .containsPattern("packed rows +40 of 512 +40 of 512\\R")
        .containsPattern("training +begins +begins\\R")
        .doesNotContain("\u001b");
  }

  @Test
  void coloursTellRolesAndWeights() {
    String out =
        preview("--rows", 1, "--color", "always", "--mask", "response-only", "--mask", "none")
            .succeeds()
            .out();
    assertThat(out)
        .contains(
            "\u001b[2;36mName·the·animal·of·Yarrow.\u001b[0m", // masked
            "\u001b[7;36mName·the·animal·of·Yarrow.\u001b[0m", // trained
            "\u001b[7;32mThe·animal·of·Yarrow·is·the·hare.\u001b[0m\u001b[1;7;33m<|endoftext|>");
    assertThat(Color.AUTO.on(Map.of(), true)).isTrue();
    assertThat(Color.AUTO.on(Map.of(), false)).isFalse();
    assertThat(Color.AUTO.on(Map.of("NO_COLOR", "1"), true)).isFalse();
    assertThat(Color.ALWAYS.on(Map.of("NO_COLOR", "1"), false)).isTrue();
  }

  @Test
  void jsonHasEveryToken() throws IOException {
    JsonNode doc =
        json(
            preview("--json", "--rows", 2, "--mask", "none", "--mask", "response-only")
                .succeeds()
                .out());
    assertThat(doc.get("rows")).hasSize(2);
    JsonNode row = doc.get("rows").get(0);
    assertThat(row.get("origin").get("row").intValue()).isEqualTo(1);
    int n = row.get("ids").size();
    assertThat(n).isEqualTo(200);
    for (String key : List.of("starts", "ends", "roles", "turns", "end_of_turn", "marks")) {
      assertThat(row.get(key)).as(key).hasSize(n);
    }
    assertThat(row.get("weights")).hasSize(2);
    assertThat(row.get("weights").get(0)).hasSize(n);
    JsonNode weights = row.get("weights").get(1);
    for (int i = 0; i < n; i++) {
      boolean trained =
          row.get("roles").get(i).asText().equals("response")
              || row.get("end_of_turn").get(i).asBoolean();
      assertThat(weights.get(i).doubleValue()).isEqualTo(trained ? 1 : 0);
    }
    assertThat(doc.get("totals").get("rows").intValue()).isEqualTo(80);
    assertThat(doc.get("totals").get("tokens").intValue()).isEqualTo(17_857);
    JsonNode mask = doc.get("masks").get(1);
    assertThat(mask.get("name").asText()).isEqualTo("response-only");
    assertThat(mask.get("trained_tokens").intValue()).isEqualTo(2_278);
    assertThat(mask.get("training").get("used").intValue()).isEqualTo(80);
    assertThat(mask.get("packed_rows").intValue()).isEqualTo(40);
    assertThat(mask.has("refusal")).isFalse();
  }

  @Test
  void aPageHasEveryTokenAndNothingOfTheDataButText() throws IOException {
    Path page = temp.resolve("page.html");
    Object[] args =
        data(
            "{\"prompt\": \"" + HOSTILE + "\", \"completion\": \"漢\"}\n",
            "--html",
            page,
            "--mask",
            "none",
            "--mask",
            "response-only");
    preview(args).succeeds();
    String html = Files.readString(page);
    assertThat(html)
        .contains("&lt;", "&amp;", "&quot;", "&#39;", "default-src 'none'", "<svg ", "viewport")
        .doesNotContain("<script", "<img", "\u001b", "http://", "https://");
    assertThat(html.split("</style>", -1)).hasSize(2);
    List<Object> again = new ArrayList<>(Arrays.asList(args));
    again.add("--json");
    int tokens =
        json(preview(again.toArray()).succeeds().out()).get("rows").get(0).get("ids").size();
    Matcher spans = Pattern.compile("title=\"token \\d+ · id \\d+ · ").matcher(html);
    int count = 0;
    while (spans.find()) {
      count++;
    }
    assertThat(count).isEqualTo(2 * tokens);
  }

  /** What training would refuse is shown, then refused in the same words and with its status. */
  @Test
  void whatTrainingRefusesIsShown() throws IOException {
    Object[] tooLong =
        data(
            "{\"prompt\": \"a long prompt\", \"completion\": \"yes\"}\n",
            "--set",
            "sequence_len=8");
    Run shown = preview(tooLong);
    assertThat(shown.status()).isEqualTo(2);
    assertThat(shown.out()).contains("a·long·promptyes<|endoftext|>", "refused: data.too-long");
    String paragraph = shown.err();
    assertThat(paragraph)
        .startsWith("graft: expected")
        .endsWith("[data.too-long]" + System.lineSeparator());
    List<Object> train = new ArrayList<>(List.of("train", EXAMPLE));
    train.addAll(Arrays.asList(tooLong));
    train.addAll(List.of("--set", "output_dir=" + temp.resolve("run")));
    assertThat(Run.graft(train.toArray()).err()).isEqualTo(paragraph);
    List<Object> asJson = new ArrayList<>(Arrays.asList(tooLong));
    asJson.add("--json");
    assertThat(json(preview(asJson.toArray()).out()).at("/masks/0/refusal/code").asText())
        .isEqualTo("data.too-long");
    Path page = temp.resolve("refused.html");
    List<Object> asPage = new ArrayList<>(Arrays.asList(tooLong));
    asPage.addAll(List.of("--html", page));
    assertThat(preview(asPage.toArray()).status()).isEqualTo(2);
    assertThat(page).content().contains("Training would be refused with response-only");
  }

  @Test
  void aWrongRecipeShowsNothing() {
    assertThat(preview("--mask", "responses-only").failsWith(ErrorCode.PLUGIN_UNKNOWN))
        .contains("response-only");
    preview("--set", "sequence_len=many").failsWith(ErrorCode.CONFIG_TYPE);
    preview("--rows", -1).failsWith(ErrorCode.USAGE);
  }

  @Test
  void longRowsShowTheirEnds() {
    String out = preview("--rows", 1, "--tokens", 10).succeeds().out();
    assertThat(out).contains("Below … 190 tokens not shown … are.<|endoftext|>");
  }
}
