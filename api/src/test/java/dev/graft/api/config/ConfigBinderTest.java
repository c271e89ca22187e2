package dev.graft.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigBinderTest {
  enum Coverage {
    FULL,
    AS_REFERENCE
  }

  enum Level {
    LOW(1),
    HIGH(2);

    private final int number;

    Level(int number) {
      this.number = number;
    }

    /** Takes 1 and 2 beside the words. */
    public static Level fromConfig(Object value) {
      for (Level level : values()) {
        if (value.equals(level.number) || value.equals(ConfigBinder.word(level))) {
          return level;
        }
      }
      throw new IllegalArgumentException("expected a level, received " + value);
    }
  }

  record Leveled(@Default("low") Level level) {}

  record Inner(@Default("3") int depth) {}

  record Sample(
      @Default("8") @Doc("rank") int r,
      double learningRate,
      @Default("full") Coverage coverage,
      @Default("[]") @Key("kept") String text,
      TargetModules targetModules,
      Optional<Long> seed,
      List<Inner> blocks,
      Map<String, Integer> rankPattern) {
    Sample {
      if (r < 1) {
        throw new IllegalArgumentException("expected r of at least 1, received " + r);
      }
    }
  }

  private static Sample bind(Map<String, ?> block) {
    return ConfigBinder.bind(block, Sample.class, "adapter");
  }

  @Test
  void bindsEveryKindOfComponent() {
    Sample s =
        bind(
            Map.of(
                "learning_rate",
                "2e-4",
                "coverage",
                "as-reference",
                "target_modules",
                List.of("q_proj"),
                "seed",
                1234567890123L,
                "blocks",
                List.of(Map.of("depth", 4), Map.of()),
                "rank_pattern",
                Map.of("layers.0", 2)));
    assertThat(s)
        .isEqualTo(
            new Sample(
                8,
                2e-4,
                Coverage.AS_REFERENCE,
                "[]",
                TargetModules.of("q_proj"),
                Optional.of(1234567890123L),
                List.of(new Inner(4), new Inner(3)),
                Map.of("layers.0", 2)));
  }

  @Test
  void unknownKeysAreRefusedWithTheNearestKnownOne() {
    assertThatThrownBy(() -> bind(Map.of("learning_rat", 1)))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_UNKNOWN_KEY);
              assertThat(e.code().exitStatus()).isEqualTo(2);
            })
        .hasMessage(
            "unknown key 'adapter.learning_rat' in the recipe. Did you mean 'learning_rate'? "
                + "Known: blocks, coverage, kept, learning_rate, r, rank_pattern, seed, target_modules.");
  }

  @Test
  void wrongTypesSayWhatWasExpectedAndWhere() {
    Map<String, Object> good = Map.of("learning_rate", 1, "target_modules", "all-linear");
    assertThat(bind(good).r()).isEqualTo(8);
    assertThatThrownBy(() -> bind(with(good, "r", "eight")))
        .hasMessage("expected a value of type int for 'adapter.r', received 'eight'");
    assertThatThrownBy(() -> bind(with(good, "r", 2.5))).hasMessageContaining("'adapter.r'");
    assertThatThrownBy(() -> bind(with(good, "learning_rate", Double.NaN)))
        .hasMessageContaining("'adapter.learning_rate'");
    assertThatThrownBy(() -> bind(with(good, "coverage", "ful")))
        .hasMessageContaining("Did you mean 'full'?");
    assertThatThrownBy(() -> bind(with(good, "blocks", List.of(Map.of("dept", 1)))))
        .hasMessageContaining("'adapter.blocks[0].dept'");
    assertThatThrownBy(() -> bind(with(good, "r", 0)))
        .hasMessage("in 'adapter': expected r of at least 1, received 0");
    assertThatThrownBy(() -> bind(Map.of("learning_rate", 1)))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_MISSING_KEY));
    assertThatThrownBy(() -> bind(with(good, "target_modules", 3)))
        .hasMessageContaining("in 'adapter.target_modules': expected target_modules as a list");
  }

  private static Map<String, Object> with(Map<String, Object> base, String key, Object value) {
    Map<String, Object> copy = new java.util.HashMap<>(base);
    copy.put(key, value);
    return copy;
  }

  @Test
  void anEnumMayTakeOtherSpellings() {
    for (Object value : List.of(2, "high")) {
      Leveled bound = ConfigBinder.bind(Map.of("level", value), Leveled.class, "");
      assertThat(bound.level()).isEqualTo(Level.HIGH);
      assertThat(ConfigBinder.toMap(bound)).isEqualTo(Map.of("level", "high"));
    }
    assertThat(ConfigBinder.bind(Map.of(), Leveled.class, "").level()).isEqualTo(Level.LOW);
    assertThatThrownBy(() -> ConfigBinder.bind(Map.of("level", 3), Leveled.class, "adapter"))
        .hasMessage("in 'adapter.level': expected a level, received 3");
    assertThat(ConfigBinder.describe(Leveled.class))
        .containsExactly(new ConfigBinder.KeyInfo("level", "low | high", "low", ""));
  }

  @Test
  void describesItsKeys() {
    assertThat(ConfigBinder.describe(Sample.class))
        .contains(
            new ConfigBinder.KeyInfo("r", "int", "8", "rank"),
            new ConfigBinder.KeyInfo("coverage", "full | as-reference", "full", ""),
            new ConfigBinder.KeyInfo("learning_rate", "double", "required", ""),
            new ConfigBinder.KeyInfo("seed", "long", "", ""));
  }
}
