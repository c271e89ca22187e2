package dev.graft.experiments.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorldFilesTest {
  private static final WorldFiles SMALL = new WorldFiles(5, 20, 400, 60, 20, 10);

  @Test
  void theSameSeedWritesTheSameFiles(@TempDir Path temp) throws IOException {
    SMALL.write(temp.resolve("a"));
    SMALL.write(temp.resolve("b"));
    try (Stream<Path> files = Files.list(temp.resolve("a"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSizeGreaterThan(15);
      for (Path file : all) {
        assertThat(temp.resolve("b").resolve(file.getFileName().toString()))
            .hasSameBinaryContentAs(file);
      }
    }
    assertThat(Files.readAllLines(temp.resolve("a/pretrain.jsonl"))).hasSize(400);
  }

  @Test
  void theTokenizerGivesEveryDigitAToken(@TempDir Path temp) {
    SMALL.write(temp.resolve("a"));
    try (Tokenizer tokenizer = Tokenizer.open(temp.resolve("a"))) {
      assertThat(tokenizer.vocabSize()).isLessThanOrEqualTo(1024);
      KeyValues.Pair pair = KeyValues.of(5, 1).get(0);
      assertThat(tokenizer.encode(pair.value()).size()).isEqualTo(36);
      assertThat(tokenizer.encode("17 + 25").size()).isEqualTo(6);
      assertThat(tokenizer.encode(" The answer is").size()).isEqualTo(3);
      for (String text : List.of("a + b = 12.\n", "é ∑ 𝄞", pair.key(), "In spring, it was so.")) {
        assertThat(tokenizer.decode(tokenizer.encode(text).ids())).isEqualTo(text);
      }
      assertThat(tokenizer.addsBos()).isTrue();
      assertThat(tokenizer.bosId()).isPresent();
      assertThat(tokenizer.eosId()).isPresent();
      assertThat(tokenizer.chatTemplate()).isPresent();
      int[] ids = tokenizer.encode("<|im_start|>user").ids();
      assertThat(tokenizer.isSpecial(ids[0])).isTrue();
      assertThat(Arrays.stream(ids).skip(1).noneMatch(tokenizer::isSpecial)).isTrue();
    }
  }
}
