package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorldCommandTest {
  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
       "num_attention_heads": 2, "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
       "vocab_size": 1024, "tie_word_embeddings": true}
      """;

  @TempDir Path temp;

  private Path world() {
    Path out = temp.resolve("world");
    Run.graft(
            "world",
            "--out",
            out,
            "--people",
            6,
            "--documents",
            60,
            "--tasks",
            20,
            "--held-out",
            5,
            "--pairs",
            4)
        .succeeds();
    return out;
  }

  @Test
  void aModelWithRandomWeightsKnowsNothingOfAWorld() throws Exception {
    Path world = world();
    assertThat(Files.readAllLines(world.resolve("pretrain.jsonl"))).hasSize(60);
    Path config = temp.resolve("config.json");
    Files.writeString(config, CONFIG);
    Path model = temp.resolve("model");
    Run.graft("init-model", "--config", config, "--out", model).succeeds();
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(world.resolve(file), model.resolve(file));
    }
    Run measured = Run.graft("measure", "--model", model, "--world", world).succeeds();
    assertThat(measured.out())
        .contains("facts        0.0 %  (0 of 30)")
        .contains("narratives   0.0 %  (0 of 5)")
        .contains("maths        0.0 %  (0 of 5)")
        .contains("stack        0.0 %  (0 of 5)");
  }

  @Test
  void badSizesAndFoldersAreRefused() {
    assertThat(
            Run.graft("world", "--out", temp.resolve("w"), "--people", 5)
                .failsWith(ErrorCode.USAGE))
        .contains("from 6 to 400 for --people, received 5");
    assertThat(temp.resolve("w")).doesNotExist();
    assertThat(
            Run.graft("measure", "--model", temp, "--world", temp.resolve("none"))
                .failsWith(ErrorCode.FILE_MISSING))
        .contains("facts.jsonl");
    assertThat(
            Run.graft("measure", "--model", temp, "--world", temp, "--of", "fact")
                .failsWith(ErrorCode.USAGE))
        .contains("facts");
  }
}
