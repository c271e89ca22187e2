package dev.graft.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MeasuresTest {
  private static void refused(ThrowingCallable call, ErrorCode code, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void theThreeAccuraciesDivideDifferently() {
    // Sums −4, −5, −6; by code points −4/2, −5/5 and −6/4; by bytes −4/2, −5/5 and −6/12.
    List<String> choices = List.of("no", "maybe", "日本語だ");
    MultipleChoice taken = MultipleChoice.of(choices, List.of(-4.0, -5.0, -6.0), 0);
    assertThat(taken.best()).isZero();
    assertThat(taken.bestPerCharacter()).isEqualTo(1);
    assertThat(taken.bestPerByte()).isEqualTo(2);
    assertThat(taken.acc()).isTrue();
    assertThat(taken.accNorm()).isFalse();
    assertThat(MultipleChoice.of(choices, List.of(-4.0, -5.0, -6.0), 1).accNorm()).isTrue();
    assertThat(MultipleChoice.of(choices, List.of(-4.0, -5.0, -6.0), 2).accBytes()).isTrue();
  }

  @Test
  void aCodePointOutsideOfTheBasicPlaneIsOneCharacter() {
    // −3/1 against −4/2: as UTF-16 both would be two units long.
    assertThat(MultipleChoice.of(List.of("😀", "ab"), List.of(-3.0, -4.0), 1).accNorm()).isTrue();
  }

  @Test
  void ofEqualChoicesTheFirstIsTaken() {
    assertThat(MultipleChoice.of(List.of("a", "b"), List.of(-1.0, -1.0), 1).acc()).isFalse();
    assertThat(
            MultipleChoice.of(
                    List.of("a", "b"),
                    List.of(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY),
                    0)
                .acc())
        .isTrue();
  }

  @Test
  void aLogLikelihoodThatIsNoNumberIsRefused() {
    refused(
        () -> MultipleChoice.of(List.of("yes", "no"), List.of(-1.0, Double.NaN), 0),
        ErrorCode.LOSS_NOT_FINITE,
        "'no'");
  }

  /** A token for every two characters, so that a choice can change the last token of a context. */
  private static int[] pairs(String text) {
    int[] out = new int[(text.length() + 1) / 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = text.charAt(2 * i) * 1000 + (2 * i + 1 < text.length() ? text.charAt(2 * i + 1) : 0);
    }
    return out;
  }

  @Test
  void aChoicesIdsAreThoseAfterTheContext() {
    ChoiceItem item =
        ChoiceItem.of(MeasuresTest::pairs, List.of(1), "abcd \n", " ", List.of("x", "yz"), 1);
    // "ab" "cd" | " \n" " x" and "ab" "cd" | " \n" " y" "z".
    assertThat(item.context()).containsExactly(1, 97_098, 99_100);
    assertThat(item.choices().get(0).ids()).containsExactly(32_010, 32_120);
    assertThat(item.choices().get(1).ids()).containsExactly(32_010, 32_121, 122_000);
    assertThat(item.choices().get(1).text()).isEqualTo("yz");
    // The context alone has two tokens, "ab" "c"; with the choice "ab" "c " and what follows.
    item = ChoiceItem.of(MeasuresTest::pairs, List.of(), "abc", " ", List.of("x", "yz"), 0);
    assertThat(item.context()).containsExactly(97_098, 99_000);
    assertThat(item.choices().get(1).ids()).containsExactly(121_122);
  }

  @Test
  void questionsThatCannotBeAsked() {
    ChoiceItem.Choice choice = new ChoiceItem.Choice("a", List.of(1));
    refused(
        () -> new ChoiceItem(List.of(), List.of(choice, choice), 0),
        ErrorCode.DATA_MALFORMED,
        "context of at least one token");
    refused(
        () -> new ChoiceItem(List.of(1), List.of(choice), 0),
        ErrorCode.DATA_MALFORMED,
        "at least two choices");
    refused(
        () -> new ChoiceItem(List.of(1), List.of(choice, choice), 2),
        ErrorCode.DATA_MALFORMED,
        "below 2");
    refused(() -> new ChoiceItem.Choice("a", List.of()), ErrorCode.DATA_MALFORMED, "none for 'a'");
    refused(() -> new ChoiceItem.Choice("", List.of(1)), ErrorCode.DATA_MALFORMED, "empty");
    refused(() -> new AnswerItem(List.of(1), List.of()), ErrorCode.DATA_MALFORMED, "one reference");
    refused(
        () -> new HeldOutItem(List.of(1, 2), List.of(Role.INPUT)),
        ErrorCode.DATA_MALFORMED,
        "2 tokens and 1 roles");
  }

  @Test
  void anAnswerIsExactWhenItEqualsAReferenceAfterNormalizing() {
    AnswerItem item = new AnswerItem(List.of(1), List.of("42", "The answer."));
    assertThat(item.accepts("42", UnaryOperator.identity())).isTrue();
    assertThat(item.accepts(" 42\n", UnaryOperator.identity())).isFalse();
    assertThat(item.accepts(" 42\n", new TextNormalizer(false, false))).isTrue();
    assertThat(item.accepts("the  answer", new TextNormalizer(true, true))).isTrue();
    assertThat(item.accepts("the answer", new TextNormalizer(false, true))).isFalse();
    assertThat(item.accepts("the answer", new TextNormalizer(true, false))).isFalse();
    assertThat(item.accepts("421", new TextNormalizer(true, true))).isFalse();
    assertThat(new TextNormalizer(false, true).apply("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~a\tb\n"))
        .isEqualTo("a b");
  }

  @Test
  void characterAccuracyLeavesHyphensOut() {
    String uuid = "01234567-89ab-4def-8123-456789abcdef";
    CharacterAccuracy accuracy = CharacterAccuracy.UUID;
    assertThat(accuracy.of(uuid, uuid)).isEqualTo(new Share(32, 32));
    assertThat(accuracy.of(uuid.replace("-", ""), uuid)).isEqualTo(new Share(32, 32));
    assertThat(accuracy.of("", uuid)).isEqualTo(new Share(0, 32));
    assertThat(accuracy.of("0123 5", uuid)).isEqualTo(new Share(4, 32));
    assertThat(accuracy.of(uuid + "00", uuid)).isEqualTo(new Share(32, 32));
    assertThat(accuracy.of("ABCDEF", "abcdef")).isEqualTo(new Share(0, 6));
    // A foreign character is wrong where it stands and shifts nothing.
    assertThat(accuracy.of("X" + uuid.substring(1), uuid)).isEqualTo(new Share(31, 32));
    // A digit too many in front shifts all others; no two neighbours of this one are equal.
    assertThat(accuracy.of("0" + uuid, uuid)).isEqualTo(new Share(1, 32));
    refused(() -> accuracy.of(uuid, "-"), ErrorCode.DATA_EMPTY, "'-'");
  }

  /** 30 of 32 digits are free, one is 4 and one of 8, 9, a, b: (30/16 + 1 + 1/4) / 32. */
  @Test
  void chanceOnUuids() {
    java.util.Random random = new java.util.Random(3);
    Share all = new Share(0, 1);
    for (int i = 0; i < 20_000; i++) {
      all = all.plus(CharacterAccuracy.UUID.of(uuid(random), uuid(random)));
    }
    assertThat(all.value()).isCloseTo(0.09766, within(0.0015));
  }

  private static String uuid(java.util.Random random) {
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }

  @Test
  void sharesAddUp() {
    assertThat(Share.of(List.of(1, 2, 3, 4), i -> i > 3)).isEqualTo(new Share(1, 4));
    assertThat(new Share(1, 4).value()).isEqualTo(0.25);
    assertThat(new Share(1, 4).plus(new Share(1, 1))).isEqualTo(new Share(2, 5));
    refused(() -> Share.of(List.of(), i -> true), ErrorCode.DATA_EMPTY, "0 of 0");
  }

  @Test
  void lossesByRole() {
    LossByRole first =
        LossByRole.of(
            List.of(Role.INSTRUCTION, Role.RESPONSE, Role.RESPONSE), new double[] {1, 2, 4});
    assertThat(first.byRole())
        .containsExactly(
            Map.entry(Role.INSTRUCTION, new Loss(1, 1)), Map.entry(Role.RESPONSE, new Loss(6, 2)));
    LossByRole both =
        LossByRole.sum(List.of(first, LossByRole.of(List.of(Role.RESPONSE), new double[] {0})));
    Loss response = new Loss(6, 3);
    assertThat(both.byRole()).containsEntry(Role.RESPONSE, response).hasSize(2);
    assertThat(response.mean()).isEqualTo(2);
    assertThat(response.perplexity()).isCloseTo(7.389056, within(1e-6));
    // Every token counts the same: (1 + 6) / 4, not the mean of 1 and 2.
    assertThat(both.total().mean()).isEqualTo(1.75);
    refused(() -> LossByRole.sum(List.of()).total(), ErrorCode.DATA_EMPTY, "received 0");
    assertThatThrownBy(() -> LossByRole.of(List.of(Role.INPUT), new double[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
