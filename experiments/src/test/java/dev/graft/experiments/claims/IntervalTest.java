package dev.graft.experiments.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalTest {
  /**
   * The first row is Student's own data on sleep, whose interval R's help prints as 0.7001142 and
   * 2.4598858; the others were computed with 30 digits from the incomplete beta function.
   */
  @ParameterizedTest
  @CsvSource({
    "1.2 2.4 1.3 1.3 0 1.0 1.8 0.8 4.6 1.4, 1.58, 0.700114236723017, 2.45988576327698",
    "0.031 0.022 0.04 0.0285 0.0335, 0.031, 0.0227989056365329, 0.0392010943634671",
    "1 2, 1.5, -4.85310236808735, 7.85310236808735",
    "-0.5 0.25 1, 0.25, -1.61310328381275, 2.11310328381275"
  })
  void agreesWithTables(String values, double mean, double low, double high) {
    List<Double> sample = Arrays.stream(values.split(" ")).map(Double::valueOf).toList();

    Interval interval = Interval.ofMean(sample).orElseThrow();

    assertThat(interval.n()).isEqualTo(sample.size());
    assertThat(interval.mean()).isCloseTo(mean, within(1e-12));
    assertThat(interval.low()).isCloseTo(low, within(1e-8));
    assertThat(interval.high()).isCloseTo(high, within(1e-8));
  }

  @Test
  void needsTwoValues() {
    assertThat(Interval.ofMean(List.of())).isEmpty();
    assertThat(Interval.ofMean(List.of(1.0))).isEmpty();
  }

  @Test
  void hasNoWidthWhereValuesAreEqual() {
    assertThat(Interval.ofMean(List.of(0.1, 0.1, 0.1))).contains(new Interval(0.1, 0.1, 0.1, 3));
  }

  @Test
  void decidesNothingWhereAValueIsNotANumber() {
    Interval interval = Interval.ofMean(List.of(0.1, Double.NaN, 0.3)).orElseThrow();

    for (Limit limit : Limit.values()) {
      assertThat(limit.judge(interval, 0.0)).isEqualTo(Outcome.UNDECIDED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 30})
  void widensWithNoise(int n) {
    double[] noise = new Random(n).doubles(n).toArray();

    List<Double> widths =
        IntStream.rangeClosed(0, 4)
            .mapToObj(k -> Arrays.stream(noise).map(e -> 0.2 + k * e).boxed().toList())
            .map(v -> Interval.ofMean(v).orElseThrow().width())
            .toList();

    assertThat(widths).isSorted().doesNotHaveDuplicates();
  }

  /** A threshold on the edge belongs to "at most". */
  @ParameterizedTest
  @CsvSource({
    "MORE_THAN, 0.3, UNDECIDED",
    "MORE_THAN, 0.2, UNDECIDED",
    "MORE_THAN, 0.19, REPRODUCED",
    "MORE_THAN, 0.4, NOT_REPRODUCED",
    "AT_MOST, 0.3, UNDECIDED",
    "AT_MOST, 0.2, UNDECIDED",
    "AT_MOST, 0.19, NOT_REPRODUCED",
    "AT_MOST, 0.4, REPRODUCED"
  })
  void judges(Limit limit, double threshold, Outcome outcome) {
    assertThat(limit.judge(new Interval(0.3, 0.2, 0.4, 5), threshold)).isEqualTo(outcome);
  }
}
