package dev.graft.engine.tf;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens {@code tensorflow}. */
public final class TfBackendProvider implements BackendProvider<TfConfig> {
  private static final Logger LOG = LoggerFactory.getLogger(TfBackendProvider.class);
  private static final String API =
      "META-INF/maven/org.tensorflow/tensorflow-core-api/pom.properties";
  private static final String NATIVES = "org/tensorflow/internal/c_api/";

  @Override
  public String name() {
    return "tensorflow";
  }

  @Override
  public Class<TfConfig> configType() {
    return TfConfig.class;
  }

  /** Looks at what stands on the class path; loads nothing. */
  @Override
  public Availability availability() {
    try {
      return look();
    } catch (IOException | RuntimeException | LinkageError e) {
      return new Availability(false, "TensorFlow's native library: " + e, List.of());
    }
  }

  private static Availability look() throws IOException {
    ClassLoader loader = TfBackendProvider.class.getClassLoader();
    String platform = Loader.Detector.getPlatform();
    boolean cpu = has(loader, platform);
    boolean gpu = has(loader, platform + "-gpu");
    if (!cpu && !gpu) {
      return new Availability(
          false,
          "org.tensorflow:tensorflow-core-native for "
              + platform
              + " is missing; add the one with the classifier "
              + platform
              + " to the class path",
          List.of());
    }
    List<String> devices = new ArrayList<>(List.of("cpu"));
    for (int i = 0; gpu && i < cudaDevices(); i++) {
      devices.add("cuda:" + i);
    }
    String detail = "TensorFlow Java " + version(loader) + ", " + platform + (gpu ? "-gpu" : "");
    return new Availability(true, detail, devices);
  }

  private static boolean has(ClassLoader loader, String platform) {
    return Stream.of("libtensorflow_cc.so.2", "libtensorflow_cc.2.dylib", "tensorflow_cc.dll")
        .anyMatch(f -> loader.getResource(NATIVES + platform + "/" + f) != null);
  }

  /** GPUs that the system's driver lists. */
  private static int cudaDevices() throws IOException {
    Path listed = Path.of("/proc/driver/nvidia/gpus");
    if (!Files.isDirectory(listed)) {
      return 0;
    }
    try (Stream<Path> gpus = Files.list(listed)) {
      return (int) gpus.count();
    }
  }

  private static String version(ClassLoader loader) throws IOException {
    try (@Nullable InputStream in = loader.getResourceAsStream(API)) {
      Properties p = new Properties();
      if (in != null) {
        p.load(in);
      }
      return p.getProperty("version", "of an unknown version");
    }
  }

  @Override
  public Backend open(TfConfig config) {
    int threads =
        config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
    Library.load(threads);
    if (config.device().equals("cpu") && System.getenv("TF_ENABLE_ONEDNN_OPTS") == null) {
      LOG.warn(
          "TF_ENABLE_ONEDNN_OPTS is not set: TensorFlow then multiplies matrices at about half the"
              + " speed on processors without AVX-512. Set it to 1 before the JVM starts, as the"
              + " launcher ./graft does");
    }
    Context context = Context.open(threads);
    try {
      List<String> devices = context.devices();
      Optional<String> device =
          devices.stream().filter(d -> d.endsWith(nativeName(config.device()))).findFirst();
      if (device.isEmpty()) {
        throw new GraftException(
            ErrorCode.BACKEND_UNAVAILABLE,
            "expected a GPU and a TensorFlow built for it for device '"
                + config.device()
                + "', received the devices "
                + devices
                + ". Set backend.device to cpu, or put org.tensorflow:tensorflow-core-native with"
                + " the classifier linux-x86_64-gpu on the class path instead of linux-x86_64");
      }
      context.use(device.get());
      return new TfBackend(context, config.device(), threads);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  /** The end of a device's full name, such as {@code device:GPU:0}. */
  private static String nativeName(String device) {
    if (device.equals("cpu")) {
      return "device:CPU:0";
    }
    return "device:GPU:" + (device.equals("cuda") ? "0" : device.substring("cuda:".length()));
  }
}
