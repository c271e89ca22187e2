package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
  private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

  @ParameterizedTest
  @CsvSource({"0, 0", "0.05, 5", "0.001, 1", "0.99, 99", "1, 1", "40, 40"})
  void holdsOutAShareOrANumber(double size, int held) {
    Split<Integer> split = Split.of(HUNDRED, size, 3);
    assertThat(split.validation()).hasSize(held).isSorted();
    assertThat(split.train()).hasSize(100 - held).isSorted();
    List<Integer> all = new ArrayList<>(split.train());
    all.addAll(split.validation());
    assertThat(all).containsExactlyInAnyOrderElementsOf(HUNDRED);
  }

  @Test
  void dependsOnTheSeedAlone() {
    assertThat(Split.of(HUNDRED, 0.2, 3)).isEqualTo(Split.of(HUNDRED, 0.2, 3));
    assertThat(Split.of(HUNDRED, 0.2, 3)).isNotEqualTo(Split.of(HUNDRED, 0.2, 4));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.5, 100, 101, 0.999, Double.NaN})
  void refusesSizesThatLeaveNothing(double size) {
    assertThatThrownBy(() -> Split.of(HUNDRED, size, 3))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE))
        .hasMessageContaining("val_set_size");
  }
}
