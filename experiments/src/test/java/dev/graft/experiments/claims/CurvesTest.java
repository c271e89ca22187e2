package dev.graft.experiments.claims;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values worked out by hand. */
class CurvesTest {
  private static final Curve UNEVEN =
      new Curve("c", List.of(new Point(10, 0.1), new Point(20, 0.5), new Point(50, 0.9)));

  @Test
  void averagesOverSteps() {
    // Trapezia of 10 · 0.3 and 30 · 0.7 over 40 steps.
    assertThat(Curves.mean(UNEVEN)).isEqualTo(0.6);
    assertThat(Curves.mean(new Curve("c", List.of(new Point(5, 0.25))))).isEqualTo(0.25);
  }

  @Test
  void findsTheFirstStepOfALevel() {
    assertThat(Curves.reaches(UNEVEN, 0.7)).hasValue(35);
    assertThat(Curves.reaches(UNEVEN, 0.9)).hasValue(50);
    assertThat(Curves.reaches(UNEVEN, 0.05)).hasValue(10);
    assertThat(Curves.reaches(UNEVEN, 0.91)).isEmpty();
    Curve falling =
        new Curve("c", List.of(new Point(0, 0), new Point(4, 1), new Point(8, 0), new Point(9, 1)));
    assertThat(Curves.reaches(falling, 0.5)).hasValue(2);
  }

  @Test
  void continuesByItsLastDistance() {
    assertThat(Curves.last(UNEVEN)).isEqualTo(50);
    assertThat(Curves.next(UNEVEN)).isEqualTo(80);
    assertThat(Curves.next(new Curve("c", List.of(new Point(5, 0.25))))).isEqualTo(6);
  }
}
