package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With real tokenizers of a few hundred tokens. */
class TokenizerEncoderTest {
  private static final Path RESOURCES = Path.of("src/test/resources/tokenizers");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace"})
  void rolesFollowTheTextThroughUnicode(String name) {
    AlpacaExample example =
        new AlpacaExample(
            new Origin("data.json", 1, 1), "Grüße 🙂🙂", "日本語 the", "e\u0301 🙂 quick 好 brown");
    try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve(name))) {
      TokenizerEncoder encoder = new TokenizerEncoder(tokenizer);
      TokenizedExample e = new ExampleTokenizer(encoder).tokenize(example.rendering());
      List<Token> tokens = e.tokens();
      // Every role's tokens cover exactly its text, but for tokens across a border.
      assertThat(text(e, Role.INSTRUCTION).strip()).isEqualTo("Grüße 🙂🙂");
      assertThat(text(e, Role.INPUT).strip()).isEqualTo("日本語 the");
      assertThat(text(e, Role.RESPONSE).strip()).isEqualTo("e\u0301 🙂 quick 好 brown");
      Token last = tokens.get(tokens.size() - 1);
      assertThat(last.id()).isEqualTo(tokenizer.eosId().getAsInt());
      assertThat(last.endOfTurn()).isTrue();
      long bos = tokens.stream().filter(t -> t.id() == tokenizer.bosId().getAsInt()).count();
      assertThat(bos).isEqualTo(tokenizer.addsBos() ? 1 : 0);
    }
  }

  /** The text from the first to the last token of a role. */
  private static String text(TokenizedExample e, Role role) {
    List<Token> tokens = e.tokens().stream().filter(t -> t.role() == role).toList();
    return e.text().substring(tokens.get(0).start(), tokens.get(tokens.size() - 1).end());
  }

  @Test
  void refusesATokenizerThatEndsNothing() throws IOException {
    Files.copy(
        RESOURCES.resolve("byte-level").resolve("tokenizer.json"),
        folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThatThrownBy(() -> new TokenizerEncoder(tokenizer))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER))
          .hasMessageContaining("eos_token");
    }
  }
}
