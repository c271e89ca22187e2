package dev.graft.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class DjlBackendProviderTest {
  private static DjlConfig config(Map<String, ?> block) {
    return ConfigBinder.bind(block, DjlConfig.class, "backend");
  }

  @Test
  @SuppressWarnings("rawtypes") // a class literal has no type arguments
  void isFoundByItsName() {
    assertThat(ServiceLoader.load(BackendProvider.class).stream().map(p -> p.get().name()).toList())
        .contains("djl-pytorch");
  }

  @Test
  void isAvailableWithTheNativeLibraryOnTheClassPath() {
    Availability a = new DjlBackendProvider().availability();
    assertThat(a.usable()).isTrue();
    assertThat(a.devices()).contains("cpu");
    assertThat(a.detail()).contains("2.7.1");
  }

  @Test
  void takesTheThreadsThatItIsTold() {
    for (int threads : new int[] {1, 2, 3}) {
      try (Backend b = new DjlBackendProvider().open(config(Map.of("threads", threads)))) {
        assertThat(JniUtils.getNumThreads()).isEqualTo(threads);
        assertThat(b.capabilities().device()).contains(threads + " threads");
      }
    }
    try (Backend b = new DjlBackendProvider().open(config(Map.of()))) {
      assertThat(JniUtils.getNumThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
      assertThat(b.capabilities().device()).contains("fast kernels");
    }
  }

  @Test
  void portableKernelsAreNamed() {
    try (Backend b = new DjlBackendProvider().open(config(Map.of("kernels", "portable")))) {
      assertThat(b.capabilities().device()).contains("portable kernels");
    }
  }

  @Test
  void anAbsentGpuIsRefused() {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        new DjlBackendProvider().availability().devices().contains("cuda:0"),
        "this machine has a GPU: the refusal of an absent one cannot be seen");
    for (String device : new String[] {"cuda", "cuda:0", "cuda:7"}) {
      assertThatThrownBy(() -> new DjlBackendProvider().open(config(Map.of("device", device))))
          .isInstanceOfSatisfying(
              GraftException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_UNAVAILABLE))
          .hasMessageContaining("expected a CUDA device")
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
