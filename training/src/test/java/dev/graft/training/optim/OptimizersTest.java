package dev.graft.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
