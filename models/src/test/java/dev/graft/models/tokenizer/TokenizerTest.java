package dev.graft.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what Hugging Face's tokenizers for Python give for the same files. */
class TokenizerTest {
  private static final Path RESOURCES = Path.of("src/test/resources/tokenizers");

  @TempDir private Path folder;

  private static JsonNode expected(String name) throws IOException {
    return new ObjectMapper().readTree(RESOURCES.resolve(name).resolve("expected.json").toFile());
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    Arrays.setAll(out, i -> array.get(i).intValue());
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace"})
  void idsSpansAndTexts(String name) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve(name))) {
      JsonNode cases = expected(name);
      assertThat(cases.size()).isGreaterThan(5);
      for (JsonNode c : cases) {
        String text = c.path("text").textValue();
        Encoding encoding = tokenizer.encode(text);
        assertThat(encoding.ids()).as(text).isEqualTo(ints(c.path("ids")));
        for (int i = 0; i < encoding.size(); i++) {
          // Python counts code points.
          int[] span = ints(c.path("offsets").get(i));
          assertThat(encoding.start(i)).isEqualTo(text.offsetByCodePoints(0, span[0]));
          assertThat(encoding.end(i)).isEqualTo(text.offsetByCodePoints(0, span[1]));
        }
        assertThat(tokenizer.decode(encoding.ids())).isEqualTo(c.path("decoded").textValue());
        assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(c.path("plain").textValue());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace"})
  void manyTextsAtOnceGiveTheSame(String name) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve(name))) {
      List<String> texts =
          expected(name).findValuesAsText("text").stream().filter(t -> !t.isEmpty()).toList();
      List<Encoding> together = tokenizer.encodeAll(texts);
      for (int i = 0; i < texts.size(); i++) {
        Encoding alone = tokenizer.encode(texts.get(i));
        assertThat(together.get(i).ids()).isEqualTo(alone.ids());
        assertThat(together.get(i).end(alone.size() - 1)).isEqualTo(texts.get(i).length());
      }
      assertThat(tokenizer.encodeAll(List.of())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace"})
  void streamedPiecesMakeTheWholeText(String name) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve(name))) {
      for (JsonNode c : expected(name)) {
        StreamingDecoder decoder = tokenizer.streamingDecoder(false);
        StringBuilder text = new StringBuilder();
        for (int id : ints(c.path("ids"))) {
          String piece = decoder.next(id);
          assertThat(piece).doesNotContain("\ufffd");
          text.append(piece);
        }
        text.append(decoder.finish());
        assertThat(text.toString()).isEqualTo(c.path("decoded").textValue());
      }
    }
  }

  @Test
  void nothingIsTruncatedOrPaddedWhateverTheFileSays() {
    // This file asks for at most 4 tokens, padded to 8.
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("metaspace"))) {
      assertThat(tokenizer.encode("the quick".repeat(1000)).size()).isGreaterThan(1000);
      assertThat(tokenizer.encode("the").size()).isEqualTo(1);
    }
  }

  @Test
  void rolesOfTokens() {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("byte-level"))) {
      assertThat(tokenizer.bosId()).isEqualTo(OptionalInt.of(1));
      assertThat(tokenizer.bosToken()).contains("<|im_start|>");
      assertThat(tokenizer.eosId()).isEqualTo(OptionalInt.of(2)); // given as an object
      assertThat(tokenizer.eosToken()).contains("<|im_end|>");
      assertThat(tokenizer.padId()).isEqualTo(OptionalInt.of(2));
      assertThat(tokenizer.addsBos()).isFalse();
      assertThat(tokenizer.isSpecial(0)).isTrue();
      assertThat(tokenizer.isSpecial(3)).isFalse();
      assertThat(tokenizer.id("<|endoftext|>")).isEqualTo(OptionalInt.of(0));
      assertThat(tokenizer.id("no such token")).isEmpty();
      assertThat(tokenizer.vocabSize()).isEqualTo(340);
      assertThat(tokenizer.chatTemplate()).contains("{{ messages }}");
      assertThat(tokenizer.files()).hasSize(2);
    }
  }

  @Test
  void aTokenizerThatAddsAStartByItself() {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("metaspace"))) {
      assertThat(tokenizer.addsBos()).isTrue();
      assertThat(tokenizer.bosId()).isEqualTo(OptionalInt.of(1));
      assertThat(tokenizer.padId()).isEmpty();
      assertThat(tokenizer.chatTemplate()).contains("yes"); // the one called default
    }
  }

  private void copy(String file) throws IOException {
    Files.copy(RESOURCES.resolve("byte-level").resolve(file), folder.resolve(file));
  }

  @Test
  void theModelsConfigurationIsAskedNext() throws IOException {
    copy("tokenizer.json");
    Files.writeString(
        folder.resolve("config.json"), "{\"bos_token_id\": 7, \"eos_token_id\": [8, 9]}");
    Files.writeString(folder.resolve("chat_template.jinja"), "from a file");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.bosId()).isEqualTo(OptionalInt.of(7));
      assertThat(tokenizer.eosId()).isEqualTo(OptionalInt.of(8));
      assertThat(tokenizer.chatTemplate()).contains("from a file");
    }
  }

  @Test
  void whatTheConfigurationSaysOfTheStartGoesFirst() throws IOException {
    Files.copy(RESOURCES.resolve("metaspace/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<s>\", \"add_bos_token\": false}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.addsBos()).isFalse();
    }
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> Tokenizer.open(folder))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void filesThatAreMissingOrMalformed() throws IOException {
    refused("'tokenizer.json'", "not there");
    Files.writeString(folder.resolve("tokenizer.json"), "{");
    refused("tokenizer.json", "expected JSON");
    Files.writeString(folder.resolve("tokenizer.json"), "[]");
    refused("tokenizer.json", "JSON object");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    refused("tokenizer.json", "vocabulary");
    Files.writeString(
        folder.resolve("tokenizer.json"), "{\"model\":{\"type\":\"New\",\"vocab\":{\"a\":0}}}");
    refused("tokenizer.json", "cannot be used");
    Files.delete(folder.resolve("tokenizer.json"));
    copy("tokenizer.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\"");
    refused("tokenizer_config.json", "expected JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d", "\ude42b", "\ud83d\ud83d\ude42"})
  void halfASurrogatePairIsRefused(String text) {
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("byte-level"))) {
      assertThatThrownBy(() -> tokenizer.encode(text))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER));
    }
  }

  @Test
  void nothingIsPrinted() {
    PrintStream out = System.out;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("byte-level"))) {
      tokenizer.decode(tokenizer.encode("hello").ids());
    } finally {
      System.setOut(out);
    }
    assertThat(captured.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
