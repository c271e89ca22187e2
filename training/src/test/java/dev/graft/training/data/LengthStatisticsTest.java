package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LengthStatisticsTest {
  @Test
  void percentilesAreLengthsThatOccur() {
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (int i = 1; i <= 100; i++) {
      counts.put(i, 1);
    }
    assertThat(LengthStatistics.of(counts))
        .isEqualTo(
            new LengthStatistics(
                50, 90, 99, 100, Map.of(1, 1, 2, 1, 4, 2, 8, 4, 16, 8, 32, 16, 64, 32, 128, 36)));
  }

  @Test
  void theHistogramHasNoHoles() {
    assertThat(LengthStatistics.of(new TreeMap<>(Map.of(3, 2, 30, 1))))
        .isEqualTo(new LengthStatistics(3, 30, 30, 30, Map.of(4, 2, 8, 0, 16, 0, 32, 1)));
    assertThat(LengthStatistics.of(new TreeMap<>()))
        .isEqualTo(new LengthStatistics(0, 0, 0, 0, Map.of()));
  }
}
