package dev.graft.training.cache;

import dev.graft.training.data.Encoded;
import java.io.ByteArrayOutputStream;

/**
 * Tokens in few bytes: their number, then of each its id, its start less the start before, and its
 * length, all as signed numbers of 7 bits a byte, the lowest first (zigzag).
 */
final class PackedTokens {
  private static final int MORE = 0x80;

  private PackedTokens() {}

  static byte[] pack(Encoded tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4 * tokens.size() + 5);
    put(out, tokens.size());
    int before = 0;
    for (int i = 0; i < tokens.size(); i++) {
      put(out, tokens.id(i));
      put(out, tokens.start(i) - before);
      put(out, tokens.end(i) - tokens.start(i));
      before = tokens.start(i);
    }
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, int value) {
    int rest = (value << 1) ^ (value >> 31);
    while ((rest & ~(MORE - 1)) != 0) {
      out.write((rest & (MORE - 1)) | MORE);
      rest >>>= 7;
    }
    out.write(rest);
  }

  static Encoded unpack(byte[] bytes) {
    Reader in = new Reader(bytes);
    int n = in.next();
    int[] ids = new int[n];
    int[] starts = new int[n];
    int[] ends = new int[n];
    int before = 0;
    for (int i = 0; i < n; i++) {
      ids[i] = in.next();
      starts[i] = before + in.next();
      ends[i] = starts[i] + in.next();
      before = starts[i];
    }
    return new Encoded(ids, starts, ends);
  }

  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    int next() {
      int value = 0;
      int shift = 0;
      int b;
      do {
        b = bytes[at++];
        value |= (b & (MORE - 1)) << shift;
        shift += 7;
      } while ((b & MORE) != 0);
      return (value >>> 1) ^ -(value & 1);
    }
  }
}
