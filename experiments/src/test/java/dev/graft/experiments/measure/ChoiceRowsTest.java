package dev.graft.experiments.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.models.evaluation.ChoiceItem;
import dev.graft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChoiceRowsTest {
  private static final Path MODEL = Path.of("../studies/base");

  @TempDir Path folder;

  private List<ChoiceItem> read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("choices.jsonl"), text);
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      return ChoiceRows.read(file, 5, tokenizer);
    }
  }

  @Test
  void aSpaceIsPartOfTheTokensOfAChoiceAndNotOfItsText() throws IOException {
    ChoiceItem item =
        read("{\"question\": \"Two and two is\", \"choices\": [\"four\", \"five\"], \"answer\": 1}")
            .get(0);
    assertThat(item.gold()).isEqualTo(1);
    assertThat(item.choices()).extracting(ChoiceItem.Choice::text).containsExactly("four", "five");
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      assertThat(item.context().get(0)).isEqualTo(tokenizer.bosId().getAsInt());
      int[] ids = item.choices().get(1).ids().stream().mapToInt(Integer::intValue).toArray();
      assertThat(tokenizer.decode(ids)).isEqualTo(" five");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"question\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 2}",
        "{\"question\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": \"b\"}",
        "{\"question\": \"a\", \"choices\": [\"b\"], \"answer\": 0}",
        "{\"question\": \"a\", \"choices\": [\"b\", \"\"], \"answer\": 0}",
        "{\"choices\": [\"b\", \"c\"], \"answer\": 0}",
        "{\"question\": \"a\"",
        "[]",
      })
  void namesTheLineOfARowThatIsNoQuestion(String row) {
    String good = "{\"question\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 0}\n";
    assertThatThrownBy(() -> read(good + row))
        .hasMessageContaining("choices.jsonl, line 2: expected");
  }

  @Test
  void refusesAFileWithoutQuestions() {
    assertThatThrownBy(() -> read("")).hasMessageContaining("expected at least one question");
  }
}
