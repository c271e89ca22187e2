package dev.graft.engine.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.GraftBridge;
import ai.djl.pytorch.jni.JniUtils;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PyTorch in DJL's native library. */
final class DjlTorch implements Torch {
  private final int threads;

  private DjlTorch(int threads) {
    this.threads = threads;
  }

  /**
   * Loads the native library, once per process, and sets the number of threads.
   *
   * @throws GraftException {@code backend.unavailable} if it cannot be loaded, or does not take the
   *     number of threads
   */
  static DjlTorch open(int threads) {
    setUnlessSet("ai.djl.offline", "true");
    setUnlessSet("OPT_OUT_TRACKING", "true");
    // DJL looks for engines and native libraries with the thread's loader, which may be another's.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(DjlTorch.class.getClassLoader());
    try {
      Engine.getEngine("PyTorch");
    } catch (RuntimeException | LinkageError e) {
      throw new GraftException(
          ErrorCode.BACKEND_UNAVAILABLE,
          "expected PyTorch's native library for djl-pytorch, received: "
              + firstLine(e)
              + ". Put ai.djl.pytorch:pytorch-jni and pytorch-native-cpu of this platform on the"
              + " class path",
          e);
    } finally {
      thread.setContextClassLoader(before);
    }
    DjlTorch torch = new DjlTorch(threads);
    torch.enter();
    if (torch.threads() != threads) {
      throw new GraftException(
          ErrorCode.BACKEND_UNAVAILABLE,
          "expected PyTorch to take "
              + threads
              + " threads, received "
              + torch.threads()
              + "; set another number in backend.threads");
    }
    return torch;
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Sets what PyTorch keeps per thread. */
  private void enter() {
    if (JniUtils.getNumThreads() != threads) {
      JniUtils.setNumThreads(threads);
    }
    // Scripts are run as written: profiling and fusing cost seconds and gain nothing here.
    JniUtils.setGraphExecutorOptimize(false);
  }

  @Override
  public int threads() {
    return JniUtils.getNumThreads();
  }

  @Override
  public Module load(String methods) {
    long handle;
    try {
      handle = GraftBridge.load(Archive.of(methods));
    } catch (EngineException e) {
      throw failed("PyTorch refused a generated script", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only
    }
    return new LoadedModule(handle);
  }

  private final class LoadedModule implements Module {
    private long handle;

    LoadedModule(long handle) {
      this.handle = handle;
    }

    @Override
    public List<NativeTensor> run(String method, List<List<NativeTensor>> lists) {
      if (handle == 0) {
        throw new IllegalStateException("a module was used after it was closed");
      }
      long[][] handles =
          lists.stream()
              .map(l -> l.stream().mapToLong(NativeTensor::handle).toArray())
              .toArray(long[][]::new);
      enter();
      boolean gradients = JniUtils.isGradMode();
      JniUtils.setGradMode(false);
      long[] results;
      try {
        results = GraftBridge.run(handle, method, handles);
      } catch (RuntimeException e) {
        throw failed("PyTorch failed", e);
      } finally {
        JniUtils.setGradMode(gradients);
      }
      List<NativeTensor> out = new ArrayList<>(results.length);
      Arrays.stream(results).forEach(h -> out.add(new NativeTensor(h)));
      return out;
    }

    @Override
    public void close() {
      if (handle != 0) {
        long h = handle;
        handle = 0;
        GraftBridge.deleteModule(h);
      }
    }
  }

  @Override
  public NativeTensor wrap(HostTensor value) {
    ByteBuffer bytes = value.bytes();
    if (!bytes.isDirect()) {
      throw new IllegalArgumentException("host memory must be direct");
    }
    long[] shape = value.shape().toList().stream().mapToLong(Integer::longValue).toArray();
    return new NativeTensor(GraftBridge.wrap(bytes, shape, number(value.dtype())));
  }

  /** DJL's number of a dtype. */
  private static int number(DType dtype) {
    return switch (dtype) {
      case F32 -> 0;
      case F64 -> 1;
      case F16, BF16 -> 2;
      case I64 -> 6;
      case BOOL -> 7;
    };
  }

  @Override
  public HostTensor copy(NativeTensor tensor, TensorType type) {
    if (type.bytes() > Integer.MAX_VALUE) {
      throw new GraftException(
          ErrorCode.BACKEND_UNSUPPORTED,
          "expected a value of at most 2 GiB to read, received " + type);
    }
    ByteBuffer to = ByteBuffer.allocateDirect((int) type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    if (to.capacity() > 0) {
      @Nullable ByteBuffer from = GraftBridge.bytes(tensor.handle());
      if (from == null || from.capacity() != to.capacity()) {
        throw new IllegalStateException(
            "expected " + type + ", received " + (from == null ? 0 : from.capacity()) + " bytes");
      }
      to.put(from).flip();
    }
    return HostTensor.wrap(type, to);
  }

  private static GraftException failed(String what, RuntimeException e) {
    return new GraftException(ErrorCode.BACKEND_FAILED, what + ": " + firstLine(e), e);
  }

  /**
   * The sentence that says what went wrong: TorchScript puts its own trace before it, and PyTorch
   * its lists of everything that there is behind it.
   */
  static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    int error = message.lastIndexOf("Error: ");
    int start = error < 0 ? 0 : error + "Error: ".length();
    String line =
        message.substring(start).strip().lines().findFirst().orElse(e.getClass().getName());
    int sentence = line.indexOf(". ");
    return sentence < 0 ? line.replaceAll("\\.+$", "") : line.substring(0, sentence);
  }
}
