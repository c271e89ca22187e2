package dev.graft.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OptimizersTest {
  @Test
  void readsBothWaysToWriteBetas() {
    Optimizer pair = Optimizers.create("adamw", Map.of("betas", List.of(0.8, 0.9)), 0);
    Optimizer named = Optimizers.create("adamw", Map.of("beta1", 0.8, "beta2", 0.9), 0);
    assertThat(pair.scalarsAt(3)).isEqualTo(named.scalarsAt(3));
    assertThat(pair.scalarsAt(2)).containsExactly(1 - 0.8 * 0.8, 1 - 0.9 * 0.9);
    assertThat(pair.slots()).containsExactly("m", "v");
  }

  @Test
  void scheduleFreeAdamWNeedsAConstantRate() {
    Schedule cosine = new Schedule(ScheduleKind.COSINE, 2, 10, 0);
    assertThatThrownBy(() -> Optimizers.create("schedule-free-adamw", Map.of(), 0, cosine))
        .hasMessageContaining("constant-with-warmup")
        .hasMessageContaining("received cosine");
    assertThatThrownBy(() -> Optimizers.create("schedule-free-adamw", Map.of("beta2", 1), 0))
        .hasMessageContaining("beta2");
  }

  /** The weight of a step against a plain sum, within the warm-up and far behind it. */
  @Test
  void scheduleFreeAdamWAveragesBySquaredRates() {
    Schedule schedule = new Schedule(ScheduleKind.CONSTANT_WITH_WARMUP, 5, 1000, 0);
    Optimizer optimizer = Optimizers.create("schedule-free-adamw", Map.of(), 0, schedule);
    double sum = 0;
    for (int t = 1; t <= 1000; t++) {
      double weight = Math.pow(schedule.factor(t - 1), 2) * (1 - Math.pow(0.999, t));
      sum += weight;
      assertThat(optimizer.scalarsAt(t).get(1)).isCloseTo(t == 1 ? 0 : weight / sum, within(1e-9));
    }
  }

  @Test
  void refusesWhatIsUnknownOrOutOfRange() {
    assertThatThrownBy(() -> Optimizers.create("adamv", Map.of(), 0))
        .hasMessageContaining("Did you mean 'adamw'?");
    assertThatThrownBy(() -> Optimizers.create("adamw", Map.of("betas", 0.9), 0))
        .hasMessageContaining("two numbers");
    assertThatThrownBy(() -> Optimizers.create("adamw", Map.of("beta1", 1), 0))
        .hasMessageContaining("below 1");
    assertThatThrownBy(() -> Optimizers.create("adamw", Map.of("eps", 0), 0))
        .hasMessageContaining("eps above 0");
    assertThatThrownBy(() -> Optimizers.create("sgd", Map.of("beta1", 0.9), 0))
        .hasMessageContaining("optimizer.beta1");
    assertThatThrownBy(() -> Optimizers.create("sgd", Map.of("momentum", -1), 0))
        .hasMessageContaining("momentum");
  }
}
