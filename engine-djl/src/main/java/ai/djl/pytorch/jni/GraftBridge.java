package ai.djl.pytorch.jni;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The few native calls that Graft makes, on raw handles. It stands in DJL's package because DJL
 * keeps them package-private; DJL's own wrappers look up the dtype of every array, which ends the
 * process for bf16, and run methods in inference mode, whose results cannot be updated in place.
 * Callers own every handle that they receive.
 */
@NullMarked
public final class GraftBridge {
  private GraftBridge() {}

  /** Loads a TorchScript archive; gives a module handle. */
  public static long load(byte[] archive) throws IOException {
    return JniUtils.loadModuleHandle(new ByteArrayInputStream(archive), Device.cpu(), false, false);
  }

  public static void deleteModule(long module) {
    JniUtils.deleteModule(module);
  }

  /**
   * Runs a method that takes lists of tensors and returns one.
   *
   * @param lists tensor handles, which stay the caller's
   * @return new tensor handles
   */
  public static long[] run(long module, String method, long[][] lists) {
    PyTorchLibrary lib = PyTorchLibrary.LIB;
    long[] arguments = new long[lists.length];
    int made = 0;
    long result;
    try {
      for (; made < lists.length; made++) {
        arguments[made] = lib.iValueFromTensorList(lists[made]);
      }
      result = lib.moduleRunMethod(module, method, arguments, true, false);
    } finally {
      for (int i = 0; i < made; i++) {
        lib.torchDeleteIValue(arguments[i]);
      }
    }
    try {
      return lib.iValueToTensorList(result);
    } finally {
      lib.torchDeleteIValue(result);
    }
  }

  /**
   * A CPU tensor over a direct buffer's memory, which must outlive it.
   *
   * @param dtype DJL's number of the dtype
   */
  public static long wrap(ByteBuffer direct, long[] shape, int dtype) {
    return PyTorchLibrary.LIB.torchFromBlob(direct, shape, dtype, 0, new int[] {0, -1}, false);
  }

  /** The memory of a contiguous CPU tensor, valid as long as the tensor. */
  public static @Nullable ByteBuffer bytes(long tensor) {
    return PyTorchLibrary.LIB.torchDirectByteBuffer(tensor);
  }

  public static void deleteTensor(long tensor) {
    PyTorchLibrary.LIB.torchDeleteTensor(tensor);
  }
}
