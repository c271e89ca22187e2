package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CombinedMaskTest {
  private static final TokenizedExample FOUR =
      new TokenizedExample("abcd", List.of(token(0), token(1), token(2), token(3)));

  private static Token token(int at) {
    return new Token(at, at, at + 1, Role.RESPONSE, 0, false);
  }

  private static MaskingStrategy weights(float... weights) {
    return (example, seed) -> weights.clone();
  }

  @Test
  void theSmallestWeightCounts() {
    MaskingStrategy both =
        CombinedMask.of(List.of(weights(0, 1, 0.5f, 0), weights(0, 0.25f, 1, 1)));
    assertThat(both.mask(FOUR, 1)).containsExactly(0, 0.25f, 0.5f, 0);
  }

  @Test
  void oneMaskStaysItself() {
    MaskingStrategy mask = weights(0, 1, 1, 1);
    assertThat(CombinedMask.of(List.of(mask))).isSameAs(mask);
  }

  @Test
  void allSeeTheCorpus() {
    List<String> seen = new ArrayList<>();
    MaskingStrategy curious =
        new MaskingStrategy() {
          @Override
          public void prepare(Iterable<TokenizedExample> corpus) {
            corpus.forEach(e -> seen.add(e.text()));
          }

          @Override
          public float[] mask(TokenizedExample example, long seed) {
            return new float[example.size()];
          }
        };
    CombinedMask.of(List.of(curious, curious)).prepare(List.of(FOUR));
    assertThat(seen).containsExactly("abcd", "abcd");
  }

  /** The other mask's zeros must not hide it. */
  @Test
  void aMaskThatBreaksItsContractIsFound() {
    MaskingStrategy both = CombinedMask.of(List.of(weights(0, 0, 0, 0), weights(0, 2, 0, 0)));
    assertThatThrownBy(() -> both.mask(FOUR, 1))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MASK_INVALID))
        .hasMessageContaining("received 2.0 for token 1");
    MaskingStrategy shorter = CombinedMask.of(List.of(weights(0, 0, 0, 0), weights(0, 0)));
    assertThatThrownBy(() -> shorter.mask(FOUR, 1)).hasMessageContaining("4 weights");
  }
}
