package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.tensor.DType;
import dev.graft.training.model.Engines;
import dev.graft.training.model.GemmSpeed;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  private static final String ENGINE =
      """
      package other;
      import dev.graft.api.backend.Availability;
      import dev.graft.api.backend.Backend;
      import java.util.List;
      public final class E implements dev.graft.api.backend.BackendProvider<E.Config> {
        public record Config() {}
        public String name() { return "%s"; }
        public Class<Config> configType() { return Config.class; }
        public Availability availability() { return %s; }
        public Backend open(Config c) { throw new UnsatisfiedLinkError("no libcard"); }
      }
      """;

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
    assertThat(json.get("engines").findValuesAsText("name")).isEqualTo(Tiny.engines());
    for (JsonNode e : json.get("engines")) {
      assertThat(e.get("version").asText()).isNotBlank();
      assertThat(e.get("jar").asText()).isNotBlank();
      assertThat(e.get("detail").asText()).isNotBlank();
      assertThat(e.get("devices").get(0).asText()).isNotBlank();
      assertThat(e.get("usable").asBoolean()).isTrue();
      assertThat(e.get("device").asText()).isNotBlank();
      assertThat(e.get("linear")).isEmpty();
    }
  }

  @Test
  void showsItToPeople() {
    assertThat(Run.graft("doctor", "--no-measure").succeeds().out())
        .contains("OMP_WAIT_POLICY", "native cache")
        .contains(
            Tiny.engines().stream().map(e -> "engine " + e + System.lineSeparator()).toList());
  }

  private static Path engine(Path temp, String name, String availability) throws IOException {
    String source = ENGINE.formatted(name, availability);
    return PluginFolder.compile(temp.resolve(name), BackendProvider.class, "E", source, "other.E");
  }

  @Test
  void anEngineThatFailsHidesNoOther(@TempDir Path temp) throws IOException {
    List<Path> path =
        List.of(
            engine(temp, "without", "new Availability(false, \"no card\", List.of())"),
            engine(temp, "fails", "new Availability(true, \"version 3\", List.of(\"card:0\"))"),
            engine(temp, "throws", "List.<Availability>of().get(0)"));
    Run run = Run.graft(path, "doctor", "--no-measure").succeeds();
    assertThat(run.out())
        .containsPattern("engine without\\R +usable +no\\R +detail +no card\\R")
        .containsPattern("engine fails\\R +usable +no\\R +detail +version 3; failed: .*no libcard")
        .containsPattern("engine throws\\R +usable +no\\R +detail +failed to tell .*Index 0 out");
    for (String e : Tiny.engines()) {
      assertThat(run.out()).containsPattern("engine " + e + "\\R +usable +yes\\R");
    }
    assertThat(Run.graft(path, "plugins").succeeds().out())
        .contains("backend without (", "  not usable: no card")
        .contains("backend fails (", "  usable on card:0: version 3")
        .contains("backend throws (", "  not usable: failed to tell ");
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
