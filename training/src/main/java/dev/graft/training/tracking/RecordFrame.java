package dev.graft.training.tracking;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The frame of a TFRecord, all little-endian: the length in eight bytes, their checksum in four,
 * the content, its checksum in four (<a
 * href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">format</a>).
 */
final class RecordFrame {
  private static final int MASK_DELTA = 0xa282ead8;

  private RecordFrame() {}

  static byte[] around(byte[] content) {
    ByteBuffer out =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + content.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(content.length);
    out.putInt(masked(crc32c(out.array(), Long.BYTES)));
    out.put(content);
    out.putInt(masked(crc32c(content, content.length)));
    return out.array();
  }

  static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** A checksum that may stand among what a checksum is taken of. */
  static int masked(int crc) {
    return Integer.rotateRight(crc, 15) + MASK_DELTA;
  }
}
