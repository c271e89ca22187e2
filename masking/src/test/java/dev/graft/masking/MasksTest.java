package dev.graft.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MasksTest {
  /** A conversation of two turns in every role, with the beginning and the end of each turn. */
  private static final TokenizedExample CONVERSATION =
      new TokenizedExample(
          "^ss#ii,xx#rr$#ii#r$",
          List.of(
              token(0, 1, Role.SPECIAL, 0, false),
              token(1, 3, Role.SYSTEM, 0, false),
              token(3, 4, Role.TEMPLATE, 0, false),
              token(4, 6, Role.INSTRUCTION, 0, false),
              token(6, 9, Role.INPUT, 0, false),
              token(9, 10, Role.TEMPLATE, 0, false),
              token(10, 12, Role.RESPONSE, 0, false),
              token(12, 13, Role.SPECIAL, 0, true),
              token(13, 14, Role.TEMPLATE, 1, false),
              token(14, 16, Role.INSTRUCTION, 1, false),
              token(16, 17, Role.SPECIAL, 1, false),
              token(17, 18, Role.RESPONSE, 1, false),
              token(18, 19, Role.SPECIAL, 1, true)));

  private static Token token(int start, int end, Role role, int turn, boolean endOfTurn) {
    return new Token(100 + start, start, end, role, turn, endOfTurn);
  }

  private static MaskingStrategy mask(String name) {
    for (MaskingProvider<?> provider : ServiceLoader.load(MaskingProvider.class)) {
      if (provider.name().equals(name)) {
        return create(provider);
      }
    }
    throw new AssertionError("no mask '" + name + "' was found");
  }

  private static <C extends Record> MaskingStrategy create(MaskingProvider<C> provider) {
    return provider.create(ConfigBinder.bind(Map.of(), provider.configType(), "masking"));
  }

  @Test
  void noneTrainsEveryTokenAfterTheFirst() {
    assertThat(mask("none").mask(CONVERSATION, 1))
        .containsExactly(0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void responseOnlyTrainsResponsesAndTheirEnds() {
    assertThat(mask("response-only").mask(CONVERSATION, 1))
        .containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1);
  }

  @Test
  void aResponseThatComesFirstHasNoPredecessor() {
    TokenizedExample example =
        new TokenizedExample(
            "rr$",
            List.of(token(0, 2, Role.RESPONSE, 0, false), token(2, 3, Role.SPECIAL, 0, true)));
    assertThat(mask("response-only").mask(example, 1)).containsExactly(0, 1);
    assertThat(mask("none").mask(example, 1)).containsExactly(0, 1);
  }

  @Test
  void anEmptyExampleHasNoWeights() {
    TokenizedExample example = new TokenizedExample("", List.of());
    assertThat(mask("none").mask(example, 1)).isEmpty();
    assertThat(mask("response-only").mask(example, 1)).isEmpty();
  }

  @Test
  void everyCallGivesAFreshArray() {
    MaskingStrategy none = mask("none");
    assertThat(none.mask(CONVERSATION, 1)).isNotSameAs(none.mask(CONVERSATION, 1));
  }

  @Test
  void keysAreRefused() {
    assertThatThrownBy(
            () -> ConfigBinder.bind(Map.of("weight", 1), ResponseOnlyConfig.class, "masking"))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_UNKNOWN_KEY))
        .hasMessageContaining("masking.weight");
  }
}
