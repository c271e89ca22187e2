package dev.graft.engine.djl;

import ai.djl.util.cuda.CudaUtils;
import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Opens {@code djl-pytorch}. */
public final class DjlBackendProvider implements BackendProvider<DjlConfig> {
  private static final String NATIVE = "native/lib/pytorch.properties";
  private static final String JNI = "jnilib/pytorch.properties";

  @Override
  public String name() {
    return "djl-pytorch";
  }

  @Override
  public Class<DjlConfig> configType() {
    return DjlConfig.class;
  }

  /** Looks at what stands on the class path; loads nothing. */
  @Override
  public Availability availability() {
    try {
      return look();
    } catch (IOException | RuntimeException | LinkageError e) {
      return new Availability(false, "PyTorch's native library: " + e, List.of());
    }
  }

  private static Availability look() throws IOException {
    ClassLoader loader = DjlBackendProvider.class.getClassLoader();
    @Nullable URL jni = loader.getResource(JNI);
    @Nullable URL natives = loader.getResource(NATIVE);
    String path = System.getenv("PYTORCH_LIBRARY_PATH");
    if (jni == null) {
      return new Availability(
          false, "ai.djl.pytorch:pytorch-jni is missing; add it to the class path", List.of());
    }
    if (natives == null && path == null) {
      return new Availability(
          false,
          "ai.djl.pytorch:pytorch-native-cpu is missing; add the one of this platform to the class"
              + " path",
          List.of());
    }
    List<String> devices = new ArrayList<>(List.of("cpu"));
    String flavor = "PYTORCH_LIBRARY_PATH=" + path;
    if (natives != null) {
      Properties p = read(natives);
      flavor = p.getProperty("flavor") + " " + p.getProperty("classifier");
      if (p.getProperty("flavor", "").startsWith("cu")) {
        for (int i = 0; i < CudaUtils.getGpuCount(); i++) {
          devices.add("cuda:" + i);
        }
      }
    }
    String detail = "PyTorch through DJL " + read(jni).getProperty("jni_version") + ", " + flavor;
    return new Availability(true, detail, devices);
  }

  private static Properties read(URL resource) throws IOException {
    Properties p = new Properties();
    try (InputStream in = resource.openStream()) {
      p.load(in);
    }
    return p;
  }

  @Override
  public Backend open(DjlConfig config) {
    int threads =
        config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
    Torch torch = DjlTorch.open(threads);
    Probe probe = new Probe(torch);
    if (!config.device().equals("cpu")) {
      probe
          .refusal(config.device())
          .ifPresent(
              reason -> {
                throw new GraftException(
                    ErrorCode.BACKEND_UNAVAILABLE,
                    "expected a CUDA device and a PyTorch built for it for device '"
                        + config.device()
                        + "', received: "
                        + reason
                        + ". Set backend.device to cpu, or put ai.djl.pytorch:pytorch-native-cu128"
                        + " on the class path instead of pytorch-native-cpu");
              });
    }
    boolean fast = config.kernels() == DjlConfig.KernelChoice.FAST && config.device().equals("cpu");
    Kernels kernels = fast && probe.hasFast() ? Kernels.fast(probe.hasBf16()) : Kernels.portable();
    return new DjlBackend(torch, config.device(), kernels);
  }
}
