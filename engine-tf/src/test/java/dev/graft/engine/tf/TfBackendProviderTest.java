package dev.graft.engine.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class TfBackendProviderTest {
  private static TfConfig config(Map<String, ?> block) {
    return ConfigBinder.bind(block, TfConfig.class, "backend");
  }

  @Test
  @SuppressWarnings("rawtypes") // a class literal has no type arguments
  void isFoundByItsName() {
    assertThat(ServiceLoader.load(BackendProvider.class).stream().map(p -> p.get().name()).toList())
        .contains("tensorflow");
  }

  @Test
  void isAvailableWithTheNativeLibraryOnTheClassPath() {
    Availability a = new TfBackendProvider().availability();
    assertThat(a.usable()).as(a.detail()).isTrue();
    assertThat(a.devices()).contains("cpu");
    assertThat(a.detail()).contains("1.1.0");
  }

  @Test
  void anotherNumberOfThreadsThanTheProcessHasIsRefused() {
    int threads = Runtime.getRuntime().availableProcessors();
    try (Backend b = new TfBackendProvider().open(config(Map.of()))) {
      assertThat(b.capabilities().device()).contains(threads + " threads");
    }
    assertThatThrownBy(() -> new TfBackendProvider().open(config(Map.of("threads", threads + 1))))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_UNAVAILABLE))
        .hasMessageContaining("Set backend.threads to " + threads);
    new TfBackendProvider().open(config(Map.of("threads", threads))).close();
  }

  @Test
  void anAbsentGpuIsRefused() {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        new TfBackendProvider().availability().devices().contains("cuda:0"),
        "this machine has a GPU: the refusal of an absent one cannot be seen");
    for (String device : new String[] {"cuda", "cuda:0", "cuda:7"}) {
      assertThatThrownBy(() -> new TfBackendProvider().open(config(Map.of("device", device))))
          .isInstanceOfSatisfying(
              GraftException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_UNAVAILABLE))
          .hasMessageContaining("expected a GPU")
          .hasMessageContaining("'" + device + "'")
          .hasMessageContaining("Set backend.device to cpu");
    }
  }

  @Test
  void mistakenBlocksAreRefused() {
    assertThatThrownBy(() -> config(Map.of("device", "tpu"))).hasMessageContaining("cuda:N");
    assertThatThrownBy(() -> config(Map.of("threads", -1))).hasMessageContaining("threads");
    assertThatThrownBy(() -> config(Map.of("thread", 1))).hasMessageContaining("'threads'");
  }
}
