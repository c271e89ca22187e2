package dev.graft.engine.djl;

import dev.graft.api.tensor.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Host values as native code can take them. */
final class Hosts {
  private Hosts() {}

  /** The same value in memory outside the heap; a copy only if it is not there yet. */
  static HostTensor direct(HostTensor value) {
    ByteBuffer bytes = value.bytes();
    if (bytes.isDirect()) {
      return value;
    }
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(bytes).flip();
    return HostTensor.wrap(value.type(), copy);
  }
}
