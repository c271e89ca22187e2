package dev.graft.engine.tf;

import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Owns one tensor of a context. Closing twice is harmless; using it afterwards is refused. */
final class Handle implements AutoCloseable {
  private @Nullable TFE_TensorHandle handle;

  Handle(TFE_TensorHandle handle) {
    this.handle = handle;
  }

  TFE_TensorHandle get() {
    if (handle == null) {
      throw new IllegalStateException("a tensor of TensorFlow was used after it was closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (handle != null) {
      tensorflow.TFE_DeleteTensorHandle(handle);
      handle = null;
    }
  }
}
