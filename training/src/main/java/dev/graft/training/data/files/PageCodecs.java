package dev.graft.training.data.files;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Decompresses the pages of Parquet files in Java alone; Parquet's own codecs want Hadoop's. */
final class PageCodecs implements CompressionCodecFactory {
  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new Pages(
        switch (codec) {
          case UNCOMPRESSED -> (bytes, size) -> bytes;
          case GZIP -> PageCodecs::gunzip;
          case SNAPPY -> with(new SnappyDecompressor());
          case ZSTD -> with(new ZstdDecompressor());
          case LZ4_RAW -> with(new Lz4Decompressor());
          default ->
              throw new UnsupportedOperationException(
                  "pages in the codec "
                      + codec
                      + ", where snappy, zstd, gzip, lz4_raw and none are read");
        });
  }

  private static Inflater with(Decompressor codec) {
    return (bytes, size) -> {
      byte[] out = new byte[size];
      int n = codec.decompress(bytes, 0, bytes.length, out, 0, size);
      if (n != size) {
        throw new IOException("a page of " + n + " bytes instead of " + size);
      }
      return out;
    };
  }

  private static byte[] gunzip(byte[] bytes, int size) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] out = in.readNBytes(size);
      if (out.length != size) {
        throw new IOException("a page of " + out.length + " bytes instead of " + size);
      }
      return out;
    }
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("nothing is written");
  }

  @Override
  public void release() {
    // Nothing is held.
  }

  private interface Inflater {
    byte[] inflate(byte[] bytes, int size) throws IOException;
  }

  private record Pages(Inflater codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      return BytesInput.from(codec.inflate(bytes.toInputStream().readAllBytes(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      byte[] bytes = new byte[compressedSize];
      input.get(bytes);
      output.put(codec.inflate(bytes, decompressedSize));
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }
}
