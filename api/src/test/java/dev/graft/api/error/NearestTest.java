package dev.graft.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void suggestsOnlyWhatIsNear() {
    assertThat(Nearest.to("aplha", List.of("alpha", "r"))).contains("alpha");
    assertThat(Nearest.to("ALPHA", List.of("alpha"))).contains("alpha");
    assertThat(Nearest.to("zzzzzzzz", List.of("alpha", "r"))).isEmpty();
    assertThat(Nearest.hint("x", List.of())).isEqualTo("Known: none.");
  }
}
