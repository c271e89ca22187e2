package dev.graft.engine.djl;

import ai.djl.pytorch.jni.GraftBridge;

/** Owns one native tensor. Closing twice is harmless; using it afterwards is refused. */
final class NativeTensor implements AutoCloseable {
  private long handle;

  NativeTensor(long handle) {
    this.handle = handle;
  }

  long handle() {
    if (handle == 0) {
      throw new IllegalStateException("a native tensor was used after it was closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (handle != 0) {
      long h = handle;
      handle = 0;
      GraftBridge.deleteTensor(h);
    }
  }
}
