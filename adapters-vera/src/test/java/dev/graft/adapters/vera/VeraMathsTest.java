package dev.graft.adapters.vera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Trace;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;
import dev.graft.graph.Expansion;
import dev.graft.testkit.AdapterHarness;
import dev.graft.testkit.AdapterHarness.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The numbers of VeRA against plain loops in float64; outputs are rounded to f32. */
class VeraMathsTest {
  private static final Site NARROW = new Site("a.up_proj", SiteKind.LINEAR, 5, 7, 0);
  private static final Site WIDE = new Site("a.down_proj", SiteKind.LINEAR, 9, 4, 0);

  private static Adapter adapter(int r, int seed) {
    return new VeraProvider()
        .create(new VeraConfig(r, 0.1, seed, 0, TargetModules.allLinear(), Optional.empty()));
  }

  @Test
  void theOutputIsThatOfTheFormula() {
    Adapter adapter = adapter(3, 5);
    Trace trace = new Trace("vera");
    AdapterHarness h =
        new AdapterHarness(trace, adapter, NARROW, Shape.of(2), DType.F32, /* training= */ false);
    trace.output("base", h.baseOutput());
    trace.output("y", adapter.forward(h));
    Map<String, HostTensor> in = h.values(1, Parameters.RANDOM);
    Map<String, HostTensor> out;
    try (Backend b = new ReferenceProvider().open(new ReferenceConfig());
        Executable e = b.compile(Expansion.expand(trace.build(), Set.of()))) {
      out = e.run(in);
    }
    HostTensor x = value(in, "x");
    HostTensor a = value(in, "shared.vera_A");
    HostTensor b = value(in, "shared.vera_B");
    HostTensor d = value(in, "parameter.vera_lambda_d");
    HostTensor scale = value(in, "parameter.vera_lambda_b");
    for (int row = 0; row < 2; row++) {
      for (int o = 0; o < 7; o++) {
        double sum = 0;
        for (int j = 0; j < 3; j++) {
          double low = 0;
          for (int i = 0; i < 5; i++) {
            low += a.get(j * 5L + i) * x.get(row * 5L + i);
          }
          sum += b.get(o * 3L + j) * d.get(j) * low;
        }
        assertThat(value(out, "y").get(row * 7L + o))
            .isCloseTo(value(out, "base").get(row * 7L + o) + scale.get(o) * sum, within(2e-6));
      }
    }
  }

  private static HostTensor value(Map<String, HostTensor> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  @Test
  void theMatricesAreAsWideAsTheWidestSite() {
    List<SharedSpec> shared = adapter(3, 5).shared(List.of(NARROW, WIDE));
    assertThat(shared.get(0).shape()).isEqualTo(Shape.of(3, 9));
    assertThat(shared.get(1).shape()).isEqualTo(Shape.of(7, 3));
    for (SharedSpec s : shared) {
      double bound = Math.sqrt(6.0 / s.shape().dim(-1));
      HostTensor value = s.draw();
      double squares = 0;
      for (long i = 0; i < s.shape().size(); i++) {
        assertThat(value.get(i)).isBetween(-bound, bound);
        squares += value.get(i) * value.get(i);
      }
      assertThat(squares / (double) s.shape().size())
          .as("the variance of %s", s.name())
          .isBetween(0.5 * bound * bound / 3, 1.5 * bound * bound / 3);
    }
    assertThat(adapter(3, 6).shared(List.of(NARROW)).get(0).draw().toDoubles())
        .as("with another seed")
        .isNotEqualTo(adapter(3, 5).shared(List.of(NARROW)).get(0).draw().toDoubles());
  }

  @Test
  void everySiteTrainsRankPlusOutputs() {
    assertThat(adapter(256, 0).parameters(WIDE).stream().mapToLong(p -> p.shape().size()).sum())
        .isEqualTo(256 + 4);
  }

  @Test
  void aFolderWithoutMatricesIsRefused() {
    Map<String, Object> saved =
        Map.of("peft_type", "VERA", "r", 4, "target_modules", ".*", "save_projection", false);
    assertThatThrownBy(() -> new VeraProvider().fromSaved(saved))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining("save_projection");
  }
}
