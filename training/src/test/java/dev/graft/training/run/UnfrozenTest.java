package dev.graft.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class UnfrozenTest {
  private static final List<String> NAMES =
      List.of(
          "model.embed_tokens.weight",
          "model.layers.0.mlp.up_proj.weight",
          "model.layers.1.mlp.up_proj.weight",
          "model.layers.11.mlp.up_proj.weight");

  @Test
  void expressionsMatchTheStartOfAName() {
    assertThat(Unfrozen.of(List.of("model\\.layers\\.1"), NAMES))
        .containsExactly(NAMES.get(2), NAMES.get(3));
    assertThat(Unfrozen.of(List.of("^model.embed_tokens.weight$", ".*\\.1\\.mlp"), NAMES))
        .containsExactly(NAMES.get(0), NAMES.get(2));
  }

  @Test
  void refusesWhatMatchesNothingWithTheCandidates() {
    assertThatThrownBy(() -> Unfrozen.of(List.of("model", "layers.0"), NAMES))
        .hasMessageContaining("received 'layers.0'")
        .hasMessageContaining(
            "Known: model.embed_tokens.weight, model.layers.N.mlp.up_proj.weight.");
    assertThatThrownBy(() -> Unfrozen.of(List.of("model("), NAMES))
        .hasMessageContaining("regular expressions");
    assertThatThrownBy(() -> Unfrozen.of(List.of("model.embed_tokens.weight[:32000]"), NAMES))
        .hasMessageContaining("leave the rows");
  }
}
