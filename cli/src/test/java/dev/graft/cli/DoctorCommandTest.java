package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DoctorCommandTest {
  @Test
  void reportsMachineAndEngines() throws IOException {
    Run run = Run.graft("doctor", "--no-measure", "--json").succeeds();
    JsonNode json = new ObjectMapper().readTree(run.out());
    JsonNode machine = json.get("machine");
    assertThat(machine.get("cores").asInt()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(machine.get("memory_mib").asLong()).isGreaterThan(100);
    assertThat(machine.get("native_cache_free_mib").asLong()).isNotNegative();
    assertThat(machine.get("omp_wait_policy").asText())
        .isEqualTo(System.getenv().getOrDefault("OMP_WAIT_POLICY", ""));
    assertThat(json.get("engines").findValuesAsText("name")).contains("reference", "djl-pytorch");
    for (JsonNode e : json.get("engines")) {
      assertThat(e.get("usable").asBoolean()).isTrue();
      assertThat(e.get("device").asText()).isNotBlank();
      assertThat(e.get("linear")).isEmpty();
    }
  }

  @Test
  void showsItToPeople() {
    assertThat(Run.graft("doctor", "--no-measure").succeeds().out())
        .contains("OMP_WAIT_POLICY", "engine reference", "engine djl-pytorch", "native cache");
  }

  @Test
  void measuresLinearLayers() {
    try (Backend backend = Engines.open(Plugins.discover().backend("reference"), Map.of())) {
      GemmSpeed.Result r = GemmSpeed.measure(backend, DType.F32, 64);
      assertThat(r.n()).isEqualTo(64);
      assertThat(r.gflops()).isPositive();
      assertThat(r.threadsAtWork()).isBetween(0.0, 256.0);
    }
  }
}
