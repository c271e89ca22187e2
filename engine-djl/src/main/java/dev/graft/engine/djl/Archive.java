package dev.graft.engine.djl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Wraps TorchScript source in the archive that {@code torch::jit::load} reads: a zip of stored
 * entries with the code and one pickled object, an instance of {@code __torch__.M} without tensors.
 */
final class Archive {
  /** The archive format that libtorch 2.7 writes for code without newer features. */
  private static final String FORMAT = "10\n";

  /** {@code ()} as a pickle of protocol 2. */
  private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

  private static final String HEADER =
      "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";

  private Archive() {}

  /**
   * An archive of one module.
   *
   * @param methods definitions that are indented by two spaces and take {@code self: __torch__.M}
   */
  static byte[] of(String methods) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", instance());
      store(zip, "code/__torch__.py", (HEADER + methods).getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", EMPTY_TUPLE);
      store(zip, "version", FORMAT.getBytes(StandardCharsets.US_ASCII));
      store(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry("graft/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    entry.setTime(315532800000L); // 1980, the first time that a zip can hold
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** The pickle of {@code M()} with {@code training = False}. */
  private static byte[] instance() throws IOException {
    ByteArrayOutputStream p = new ByteArrayOutputStream();
    p.write(new byte[] {(byte) 0x80, 2}); // protocol 2
    p.write("c__torch__\nM\n".getBytes(StandardCharsets.US_ASCII)); // the class
    p.write(new byte[] {')', (byte) 0x81}); // called without arguments
    byte[] key = "training".getBytes(StandardCharsets.US_ASCII);
    p.write(new byte[] {'}', '(', 'X', (byte) key.length, 0, 0, 0}); // its state, a dictionary
    p.write(key);
    p.write(new byte[] {(byte) 0x89, 'u', 'b', '.'}); // False; set items; build; stop
    return p.toByteArray();
  }
}
