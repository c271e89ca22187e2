package dev.graft.engine.tf;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * TensorFlow's native library in this process. It has one pool of threads for computing, made when
 * the first context is opened and never changed; this class holds the number, as nothing native
 * tells it.
 */
final class Library {
  /** 0 until the library is loaded. */
  private static final AtomicInteger THREADS = new AtomicInteger();

  static {
    // JavaCPP counts the whole process's memory against twice the heap, collects in vain and
    // throws.
    // All memory here is TensorFlow's, and freed by hand.
    setUnlessSet("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setUnlessSet("org.bytedeco.javacpp.maxbytes", "0");
  }

  private Library() {}

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Loads the library.
   *
   * @param wanted threads to compute with
   * @throws GraftException {@code backend.unavailable} when it cannot be loaded, or runs with
   *     another number of threads already
   */
  static void load(int wanted) {
    try {
      // Reading any static of this class loads the natives.
      tensorflow.TF_Version();
    } catch (LinkageError e) {
      throw new GraftException(
          ErrorCode.BACKEND_UNAVAILABLE,
          "expected TensorFlow's native library for this platform, received "
              + e
              + "; add org.tensorflow:tensorflow-core-native of version 1.1.0 with this platform's"
              + " classifier to the class path",
          e);
    }
    int threads = THREADS.compareAndExchange(0, wanted);
    if (threads != 0 && threads != wanted) {
      throw new GraftException(
          ErrorCode.BACKEND_UNAVAILABLE,
          "expected the "
              + threads
              + " threads that TensorFlow started with in this process, received threads: "
              + wanted
              + "; TensorFlow cannot change their number. Set backend.threads to "
              + threads
              + " or start a new process");
    }
  }
}
