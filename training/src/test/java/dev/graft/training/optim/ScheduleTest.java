package dev.graft.training.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ScheduleTest {
  /** Values of the transformers library; see README of the file's origin in its first keys. */
  private static JsonNode fixture() throws IOException {
    try (InputStream in = ScheduleTest.class.getResourceAsStream("/schedules.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTransformers(ScheduleKind kind) throws IOException {
    JsonNode f = fixture();
    int warmup = kind == ScheduleKind.CONSTANT ? 0 : f.get("warmup").asInt();
    JsonNode expected = f.get("lr_used_at_step").get(kind.name().toLowerCase(Locale.ROOT));
    Schedule schedule = new Schedule(kind, warmup, f.get("total").asInt(), 0);
    assertThat(expected.size()).isEqualTo(20);
    for (int t = 0; t < expected.size(); t++) {
      assertThat(f.get("base_lr").asDouble() * schedule.factor(t))
          .as("%s at %d", kind, t)
          .isCloseTo(expected.get(t).asDouble(), within(1e-18));
    }
  }

  @Test
  void cosineFallsToItsFloor() {
    Schedule s = new Schedule(ScheduleKind.COSINE, 2, 10, 0.25);
    assertThat(s.factor(2)).isEqualTo(1);
    assertThat(s.factor(6)).isCloseTo(0.625, within(1e-15));
    assertThat(s.factor(10)).isCloseTo(0.25, within(1e-15));
    assertThat(s.factor(99)).isCloseTo(0.25, within(1e-15));
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(() -> new Schedule(ScheduleKind.CONSTANT, 1, 10, 0))
        .hasMessageContaining("constant-with-warmup");
    assertThatThrownBy(() -> new Schedule(ScheduleKind.INVERSE_SQRT, 0, 10, 0))
        .hasMessageContaining("warmup_steps");
  }

  @ParameterizedTest
  @EnumSource
  void aWarmUpMayOutlastTheRun(ScheduleKind kind) {
    if (kind != ScheduleKind.CONSTANT) {
      assertThat(new Schedule(kind, 20, 10, 0).factor(9)).isEqualTo(0.45);
    }
  }
}
