package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ExampleTokenizerTest {
  private static final Origin HERE = new Origin("data.json", 1, 1);

  private static TokenizedExample tokenize(TextEncoder encoder, Segment... segments) {
    return new ExampleTokenizer(encoder).tokenize(new Rendering(List.of(segments)));
  }

  private static Segment segment(String text, Role role) {
    return Segment.text(text, role, 0);
  }

  /** The text of the prompt was copied from the template that Stanford Alpaca publishes. */
  @Test
  void rendersTheAlpacaTemplate() {
    Rendering with = new AlpacaExample(HERE, "Add them.", "1 2", "3").rendering();
    assertThat(with.text())
        .isEqualTo(
            "Below is an instruction that describes a task, paired with an input that provides"
                + " further context. Write a response that appropriately completes the"
                + " request.\n\n### Instruction:\nAdd them.\n\n### Input:\n1 2\n\n### Response:\n3");
    assertThat(with.segments())
        .extracting(Segment::role)
        .containsExactly(
            Role.TEMPLATE,
            Role.INSTRUCTION,
            Role.TEMPLATE,
            Role.INPUT,
            Role.TEMPLATE,
            Role.RESPONSE,
            Role.SPECIAL);
    AlpacaExample without = new AlpacaExample(HERE, "Greet.", "", "Hi");
    assertThat(without.rendering().text())
        .isEqualTo(
            "Below is an instruction that describes a task. Write a response that appropriately"
                + " completes the request.\n\n### Instruction:\nGreet.\n\n### Response:\nHi");
    assertThat(without.rendering().text()).isEqualTo(without.prompt().text() + "Hi");
  }

  @Test
  void everyTokenHasTheRoleOfItsText() {
    TokenizedExample e =
        new ExampleTokenizer(FakeEncoder.characters())
            .tokenize(new PromptCompletionExample(HERE, "2+2=", "4").rendering());
    assertThat(e.tokens())
        .containsExactly(
            new Token(FakeEncoder.id("2"), 0, 1, Role.INSTRUCTION, 0, false),
            new Token(FakeEncoder.id("+"), 1, 2, Role.INSTRUCTION, 0, false),
            new Token(FakeEncoder.id("2"), 2, 3, Role.INSTRUCTION, 0, false),
            new Token(FakeEncoder.id("="), 3, 4, Role.INSTRUCTION, 0, false),
            new Token(FakeEncoder.id("4"), 4, 5, Role.RESPONSE, 0, false),
            new Token(FakeEncoder.EOS, 5, 5, Role.SPECIAL, 0, true));
  }

  @Test
  void offsetsCountUtf16Units() {
    TokenizedExample e =
        tokenize(
            FakeEncoder.characters(),
            segment("é😀", Role.INSTRUCTION),
            segment("日😀本", Role.RESPONSE));
    assertThat(e.tokens()).extracting(Token::start).containsExactly(0, 1, 3, 4, 6);
    assertThat(e.tokens()).extracting(Token::end).containsExactly(1, 3, 4, 6, 7);
    assertThat(e.tokens())
        .extracting(Token::role)
        .containsExactly(
            Role.INSTRUCTION, Role.INSTRUCTION, Role.RESPONSE, Role.RESPONSE, Role.RESPONSE);
  }

  @Test
  void aTokenAcrossSegmentsBelongsToTheLargerPart() {
    FakeEncoder triples = new FakeEncoder(3, OptionalInt.empty());
    assertThat(
            tokenize(triples, segment("aab", Role.INPUT), segment("ccc", Role.RESPONSE)).tokens())
        .extracting(Token::role)
        .containsExactly(Role.INPUT, Role.RESPONSE);
    assertThat(
            tokenize(triples, segment("aaab", Role.INPUT), segment("ccccc", Role.RESPONSE))
                .tokens())
        .extracting(Token::role)
        .containsExactly(Role.INPUT, Role.RESPONSE, Role.RESPONSE);
    assertThat(
            tokenize(triples, segment("aaabb", Role.INPUT), segment("cccc", Role.RESPONSE))
                .tokens())
        .extracting(Token::role)
        .containsExactly(Role.INPUT, Role.INPUT, Role.RESPONSE);
  }

  @Test
  void ofEqualPartsTheLaterHasTheToken() {
    FakeEncoder pairs = new FakeEncoder(2, OptionalInt.empty());
    assertThat(tokenize(pairs, segment("aab", Role.INPUT), segment("ccc", Role.RESPONSE)).tokens())
        .extracting(Token::role)
        .containsExactly(Role.INPUT, Role.RESPONSE, Role.RESPONSE);
    FakeEncoder triples = new FakeEncoder(3, OptionalInt.empty());
    assertThat(
            tokenize(
                    triples,
                    segment("a", Role.TEMPLATE),
                    segment("", Role.INPUT),
                    segment("b", Role.INSTRUCTION),
                    segment("c", Role.RESPONSE))
                .tokens())
        .extracting(Token::role)
        .containsExactly(Role.RESPONSE);
  }

  @Test
  void aTokenWithoutCharactersBelongsToWhatFollows() {
    TextEncoder encoder =
        new Delegate(
            new Encoded(new int[] {5, 6, 7, 8}, new int[] {0, 2, 2, 4}, new int[] {2, 2, 4, 4}));
    assertThat(tokenize(encoder, segment("aa", Role.INPUT), segment("bb", Role.RESPONSE)).tokens())
        .extracting(Token::role)
        .containsExactly(Role.INPUT, Role.RESPONSE, Role.RESPONSE, Role.RESPONSE);
  }

  @Test
  void theBeginningOfTextIsAddedOnceAndOnlyWhereAskedFor() {
    FakeEncoder asks = new FakeEncoder(1, OptionalInt.of(FakeEncoder.BOS));
    assertThat(tokenize(asks, segment("ab", Role.INPUT)).tokens())
        .startsWith(new Token(FakeEncoder.BOS, 0, 0, Role.SPECIAL, 0, false))
        .hasSize(3);
    assertThat(tokenize(asks, segment("^ab", Role.INPUT)).tokens())
        .extracting(Token::id)
        .containsExactly(FakeEncoder.BOS, FakeEncoder.id("a"), FakeEncoder.id("b"));
    assertThat(tokenize(FakeEncoder.characters(), segment("ab", Role.INPUT)).tokens()).hasSize(2);
  }

  @Test
  void anEmptyAnswerIsTheEndOfText() {
    TokenizedExample e =
        new ExampleTokenizer(FakeEncoder.characters())
            .tokenize(new PromptCompletionExample(HERE, "", "").rendering());
    assertThat(e.tokens()).containsExactly(new Token(FakeEncoder.EOS, 0, 0, Role.SPECIAL, 0, true));
  }

  @Test
  void refusesIdsAndOffsetsOutOfRange() {
    Encoded id = new Encoded(new int[] {FakeEncoder.VOCAB}, new int[] {0}, new int[] {1});
    assertThatThrownBy(() -> tokenize(new Delegate(id), segment("a", Role.INPUT)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER))
        .hasMessageContaining("received " + FakeEncoder.VOCAB);
    Encoded offset = new Encoded(new int[] {4}, new int[] {0}, new int[] {2});
    assertThatThrownBy(() -> tokenize(new Delegate(offset), segment("a", Role.INPUT)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKENIZER))
        .hasMessageContaining("received 0 to 2");
  }

  /** Says the same of every text. */
  private record Delegate(Encoded answer) implements TextEncoder {
    @Override
    public Encoded encode(String text) {
      return answer;
    }

    @Override
    public int eosId() {
      return FakeEncoder.EOS;
    }

    @Override
    public OptionalInt bosId() {
      return OptionalInt.empty();
    }

    @Override
    public int vocabSize() {
      return FakeEncoder.VOCAB;
    }
  }
}
