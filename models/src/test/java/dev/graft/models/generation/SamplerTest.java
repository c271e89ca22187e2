package dev.graft.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final int DRAWS = 20_000;

  private static Sampler sampler(double temperature, int topK, double topP) {
    return new Sampler(new GenerationConfig(1, temperature, topK, topP, 7, Set.of()));
  }

  private static float[] logs(double... probabilities) {
    float[] out = new float[probabilities.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) Math.log(probabilities[i]);
    }
    return out;
  }

  private static double[] frequencies(Sampler sampler, float[] logits) {
    double[] out = new double[logits.length];
    for (int step = 0; step < DRAWS; step++) {
      out[sampler.next(logits, step, 0)] += 1.0 / DRAWS;
    }
    return out;
  }

  /** Five standard deviations of a frequency. */
  private static void assertFrequencies(double[] actual, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      double sigma = Math.sqrt(expected[i] * (1 - expected[i]) / DRAWS);
      assertThat(actual[i]).as("token %s", i).isCloseTo(expected[i], within(5 * sigma + 1e-9));
    }
  }

  @Test
  void drawsFollowTheProbabilities() {
    float[] logits = logs(0.1, 0.5, 0.15, 0.25);
    assertFrequencies(frequencies(sampler(1, 0, 1), logits), 0.1, 0.5, 0.15, 0.25);
  }

  @Test
  void temperatureIsAPower() {
    double z = 0.01 + 0.25 + 0.16;
    assertFrequencies(
        frequencies(sampler(0.5, 0, 1), logs(0.1, 0.5, 0.4)), 0.01 / z, 0.25 / z, 0.16 / z);
  }

  @Test
  void topKKeepsTheMostLikely() {
    assertFrequencies(
        frequencies(sampler(1, 2, 1), logs(0.1, 0.5, 0.15, 0.25)), 0, 0.5 / 0.75, 0, 0.25 / 0.75);
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    float[] logits = logs(0.1, 0.5, 0.15, 0.25);
    assertFrequencies(frequencies(sampler(1, 0, 0.7), logits), 0, 0.5 / 0.75, 0, 0.25 / 0.75);
    assertFrequencies(frequencies(sampler(1, 0, 0.45), logits), 0, 1, 0, 0);
  }

  @Test
  void topPIsOfWhatTopKLeft() {
    // Of {0.5, 0.25} the first holds two thirds.
    assertFrequencies(frequencies(sampler(1, 2, 0.6), logs(0.1, 0.5, 0.15, 0.25)), 0, 1, 0, 0);
  }

  @Test
  void atTemperatureZeroTheFirstOfTheLargest() {
    assertThat(sampler(0, 0, 1).next(new float[] {-3, 2, 2, -1}, 0, 0)).isEqualTo(1);
  }

  @Test
  void orderHoldsForNegativeZeroAndInfinity() {
    Sampler one = sampler(1, 1, 1);
    assertThat(one.next(new float[] {-5, -1, -3}, 0, 0)).isEqualTo(1);
    assertThat(one.next(new float[] {Float.NEGATIVE_INFINITY, -100, 1e-30f}, 0, 0)).isEqualTo(2);
    float[] masked = new float[50];
    Arrays.fill(masked, Float.NEGATIVE_INFINITY);
    masked[40] = 1;
    assertThat(sampler(1, 0, 1).next(masked, 3, 1)).isEqualTo(40);
  }

  @Test
  void theSeedStepAndRowDecide() {
    float[] flat = new float[1000];
    Sampler sampler = sampler(1, 0, 1);
    assertThat(sampler.next(flat, 3, 2)).isEqualTo(sampler(1, 0, 1).next(flat, 3, 2));
    Set<Integer> rows = new TreeSet<>();
    IntStream.range(0, 20).forEach(row -> rows.add(sampler.next(flat, 0, row)));
    assertThat(rows).hasSizeGreaterThan(15);
  }

  @Test
  void notANumberIsRefused() {
    for (double temperature : new double[] {0, 1}) {
      assertThatThrownBy(() -> sampler(temperature, 0, 1).next(new float[] {0, Float.NaN}, 0, 0))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOSS_NOT_FINITE));
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    for (Runnable bad :
        new Runnable[] {
          () -> new GenerationConfig(0, 1, 0, 1, 0, Set.of()),
          () -> new GenerationConfig(1, -1, 0, 1, 0, Set.of()),
          () -> new GenerationConfig(1, Double.NaN, 0, 1, 0, Set.of()),
          () -> new GenerationConfig(1, 1, -1, 1, 0, Set.of()),
          () -> new GenerationConfig(1, 1, 0, 0, 0, Set.of()),
          () -> new GenerationConfig(1, 1, 0, 1.1, 0, Set.of()),
          () -> new GenerationConfig(1, 1, 0, 1, -1, Set.of())
        }) {
      assertThatThrownBy(bad::run)
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE));
    }
  }
}
