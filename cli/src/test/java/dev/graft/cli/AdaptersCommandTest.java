package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdaptersCommandTest {
  @TempDir Path temp;

  private static JsonNode method(JsonNode json, String name) {
    for (JsonNode m : json.get("methods")) {
      if (m.get("method").asText().equals(name)) {
        return m;
      }
    }
    throw new AssertionError("no " + name + " in " + json);
  }

  @Test
  void oneWeightShowsEveryMethod() throws IOException {
    assertThat(Run.graft("adapters", "--shape", "4096x4096").succeeds().out())
        .containsPattern("lora +8 +65,536 +lora_A \\[8, 4096\\], lora_B \\[4096, 8\\]")
        .containsPattern("mora +8 +65,536 +mora_M \\[256, 256\\]");
    JsonNode json =
        new ObjectMapper()
            .readTree(Run.graft("adapters", "--shape", "4096x4096", "--json").succeeds().out());
    assertThat(json.get("weights").asLong()).isEqualTo(4096L * 4096);
    assertThat(method(json, "lora").get("parameters").asLong()).isEqualTo(65_536);
    assertThat(method(json, "mora").get("parameters").asLong()).isEqualTo(65_536);
    assertThat(method(json, "dora").get("parameters").asLong()).isEqualTo(65_536 + 4096);
  }

  @Test
  void findsTheRankOfTheSameBudget() throws IOException {
    String out =
        Run.graft("adapters", "--shape", "100x300", "--json", "--adapter", "{type: mora, r: 32}")
            .succeeds()
            .out();
    JsonNode json = new ObjectMapper().readTree(out);
    long side = Math.round(Math.sqrt(400 * 32)) / 2 * 2;
    assertThat(json.get("parameters").asLong()).isEqualTo(side * side);
    // 400 a rank; DoRA has 100 magnitudes besides.
    assertThat(method(json, "lora").get("matching_r").asLong())
        .isEqualTo(Math.round(side * side / 400.0));
    assertThat(method(json, "dora").get("matching_r").asLong())
        .isEqualTo(Math.round((side * side - 100) / 400.0));
    assertThat(method(json, "mora").get("matching_parameters").asLong()).isEqualTo(side * side);
  }

  @Test
  void aModelShowsItsSitesAndMemory() throws IOException {
    Path model = Tiny.model(temp);
    String block = "{type: lora, r: 4, target_modules: '.*(q|v|o|gate|up|down)_proj'}";
    Run run = Run.graft("adapters", "--model", model, "--adapter", block).succeeds();
    // Per layer: q and o 32 to 32, v 32 to 16, gate and up 32 to 80, down 80 to 32.
    long expected = 2 * 4 * (2 * 64 + 48 + 3 * 112);
    assertThat(run.out())
        .containsPattern("q_proj +32 x 32 +2 +256 +512 +lora_A \\[4, 32\\], lora_B \\[32, 4\\]")
        .containsPattern("parameters +4,096, 14 % of 29,920 weights")
        .containsPattern("memory +16 KiB parameters, 16 KiB gradients, 32 KiB state of adamw")
        .doesNotContain("k_proj");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                Run.graft("adapters", "--model", model, "--adapter", block, "--json")
                    .succeeds()
                    .out());
    assertThat(json.get("parameters").asLong()).isEqualTo(expected);
    assertThat(json.get("memory").get("optimizer_state").asLong()).isEqualTo(8 * expected);
    assertThat(json.get("sites")).hasSize(12);
    assertThat(method(json, "lora").get("matching_r").asInt()).isEqualTo(4);
    assertThat(Run.graft("adapters", "--model", model).succeeds().out())
        .containsPattern("lora +8 +");
  }

  @Test
  void aRecipeGivesTheBlockTheModelAndTheOptimizer() throws IOException {
    Path model = Tiny.model(temp);
    Path recipe =
        Tiny.write(
            temp.resolve("recipe.yaml"),
            """
            base_model: %s
            datasets: [{path: none.json, type: alpaca}]
            adapter: {type: dora, r: 2}
            masking: none
            backend: reference
            output_dir: out
            optimizer: sgd
            """
                .formatted(model));
    JsonNode json =
        new ObjectMapper().readTree(Run.graft("adapters", recipe, "--json").succeeds().out());
    assertThat(json.get("adapter").get("type").asText()).isEqualTo("dora");
    // q 32 to 32 and v 32 to 16 on both layers, and their magnitudes.
    assertThat(json.get("parameters").asLong()).isEqualTo(2 * (2 * (64 + 48) + 32 + 16));
    assertThat(json.get("memory").get("constants").asLong()).isPositive();
    assertThat(json.get("memory").get("optimizer_state").asLong()).isZero();
  }

  @Test
  void aMethodThatRefusesSaysSo() {
    String out =
        Run.graft("adapters", "--shape", "1x1", "--adapter", "{type: lora, r: 1}").succeeds().out();
    assertThat(out).containsPattern("mora +- +-").contains("side of M of at least 2");
  }

  @Test
  void wrongUseIsExplained() {
    assertThat(Run.graft("adapters").failsWith(ErrorCode.USAGE)).contains("--shape");
    assertThat(Run.graft("adapters", "--shape", "4096").failsWith(ErrorCode.USAGE))
        .contains("OUTxIN");
    assertThat(
            Run.graft("adapters", "--shape", "8x8", "--adapter", "full").failsWith(ErrorCode.USAGE))
        .contains("all weights");
    assertThat(
            Run.graft("adapters", "--shape", "8x8", "--adapter", "lorra")
                .failsWith(ErrorCode.PLUGIN_UNKNOWN))
        .contains("lora");
    assertThat(
            Run.graft("adapters", "--shape", "8x8", "--adapter", "{type: lora, rank: 8}")
                .failsWith(ErrorCode.CONFIG_UNKNOWN_KEY))
        .contains("'adapter.rank'");
    assertThat(
            Run.graft("adapters", "--shape", "8x8", "--adapter", "{type: lora")
                .failsWith(ErrorCode.CONFIG_VALUE))
        .contains("YAML");
  }
}
