package dev.graft.api.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TargetModulesTest {
  private static final Site Q =
      new Site("model.layers.1.self_attn.q_proj", SiteKind.LINEAR, 64, 64, 1);
  private static final Site HEAD = new Site("lm_head", SiteKind.HEAD, 64, 256, -1);

  @Test
  void namesMatchWholePartsOnly() {
    assertThat(TargetModules.of("q_proj").matches(Q)).isTrue();
    assertThat(TargetModules.of("layers.1.self_attn.q_proj").matches(Q)).isTrue();
    assertThat(TargetModules.of("proj").matches(Q)).isFalse();
    assertThat(TargetModules.of("model.layers.1.self_attn.q_proj").matches(Q)).isTrue();
  }

  @Test
  void aStringIsARegularExpressionForTheWholeName() {
    assertThat(TargetModules.fromConfig(".*\\.(q|v)_proj").matches(Q)).isTrue();
    assertThat(TargetModules.fromConfig("q_proj").matches(Q)).isFalse();
    assertThatThrownBy(() -> TargetModules.fromConfig("(")).hasMessageContaining("'('");
  }

  @Test
  void allLinearLeavesTheHeadOut() {
    assertThat(TargetModules.allLinear().matches(Q)).isTrue();
    assertThat(TargetModules.allLinear().matches(HEAD)).isFalse();
  }

  @Test
  void whatIsExcludedIsLeftOut() {
    Site v = new Site("model.layers.1.self_attn.v_proj", SiteKind.LINEAR, 64, 64, 1);
    TargetModules all = TargetModules.allLinear();
    TargetModules some = all.excluding(TargetModules.of("v_proj"));
    assertThat(some.matches(Q)).isTrue();
    assertThat(some.matches(v)).isFalse();
    assertThat(some.matches(HEAD)).isFalse();
    assertThat(all.excluding(TargetModules.fromConfig(".*layers\\.1.*")).matches(Q)).isFalse();
    assertThat(some).isNotEqualTo(all).hasToString("all-linear without [v_proj]");
    assertThat(some.excluded()).contains(TargetModules.of("v_proj"));
    assertThat(all.excluded()).isEmpty();
    assertThat(some.toConfig()).isEqualTo("all-linear");
  }

  @Test
  void namesMayBeHeldToBlocks() {
    TargetModules third = TargetModules.of("q_proj").inLayers(List.of(Q.layer()));
    assertThat(third.matches(Q)).isTrue();
    TargetModules others = TargetModules.of("q_proj").inLayers(List.of(Q.layer() + 1));
    assertThat(others.matches(Q)).isFalse();
    assertThat(others).isNotEqualTo(third).hasToString("[q_proj] in layers " + others.layers());
    assertThat(TargetModules.of(Q.name()).inLayers(others.layers()).matches(Q)).isTrue();
    assertThatThrownBy(() -> TargetModules.allLinear().inLayers(List.of(0)))
        .hasMessageContaining("list of module names");
    assertThatThrownBy(() -> TargetModules.of("q_proj").inLayers(List.of(-1)))
        .hasMessageContaining("from 0");
  }

  @Test
  void otherValuesAreRefused() {
    for (Object bad : List.of(List.of(), List.of(1), "", 3)) {
      assertThatThrownBy(() -> TargetModules.fromConfig(bad))
          .hasMessageContaining("target_modules");
    }
  }
}
