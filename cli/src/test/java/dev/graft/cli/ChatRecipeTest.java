package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations from the recipe to the trained adapter. */
final class ChatRecipeTest {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "tiny", "chat.yaml").toAbsolutePath().normalize();

  @TempDir private Path temp;

  @Test
  void previewShowsWhatIsTrainedOfEveryTurn() {
    assertThat(Run.graft("preview", EXAMPLE, "--rows", 1).succeeds().out())
        .contains("63 of 154 tokens trained", "end of turn trained in 2 of 2")
        .containsPattern("role +tttttti{26}")
        .containsPattern("role +t{11}r{33}x{14}\\R +response-only +\\.{11}#{34}-{12}\\.");
  }

  @Test
  void trainingLowersTheHeldOutLoss() throws IOException {
    Path out = temp.resolve("run");
    Run trained =
        Run.graft(
                "train",
                EXAMPLE,
                "--set",
                "output_dir=" + out,
                "--set",
                "max_steps=10",
                "--set",
                "warmup_ratio=0",
                "--json")
            .succeeds();
    JsonNode json = new ObjectMapper().readTree(trained.out());
    double before = json.get("first_eval_loss").doubleValue();
    double after = json.get("last_eval_loss").doubleValue();
    assertThat(after).as("held-out loss, was %s", before).isLessThan(before - 1);
    JsonNode manifest = new ObjectMapper().readTree(out.resolve("manifest.json").toFile());
    assertThat(manifest.at("/chat_template/source").asText()).contains("recipe");
    assertThat(manifest.at("/chat_template/sha256").asText()).matches("[0-9a-f]{64}");
    JsonNode statistics = manifest.get("training_data");
    assertThat(statistics.get("endsOfTurn").asInt()).isEqualTo(80);
    assertThat(statistics.get("trainedEndsOfTurn").asInt()).isEqualTo(80);
  }

  @Test
  void refusesAKeyThatDoesNothingAndAModelWithoutATemplate() {
    Path recipe = EXAMPLE.resolveSibling("recipe.yaml");
    assertThat(
            Run.graft("preview", recipe, "--set", "chat_template_date=2024-07-26")
                .failsWith(ErrorCode.CONFIG_VALUE))
        .contains("chat: true");
    assertThat(
            Run.graft("preview", recipe, "--set", "datasets.0.chat=true")
                .failsWith(ErrorCode.CHAT_TEMPLATE))
        .contains("received none", "set chat_template");
    assertThat(
            Run.graft("preview", EXAMPLE, "--set", "chat_template_date=today")
                .failsWith(ErrorCode.CONFIG_VALUE))
        .contains("2024-07-26");
    assertThat(
            Run.graft("preview", recipe, "--set", "datasets.0.type=template")
                .failsWith(ErrorCode.CONFIG_VALUE))
        .contains("'prompt'");
  }
}
