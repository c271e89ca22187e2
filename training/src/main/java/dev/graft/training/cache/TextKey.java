package dev.graft.training.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The first 16 bytes of the SHA-256 of a text. */
record TextKey(long first, long second) implements Comparable<TextKey> {
  static TextKey of(String text) {
    try {
      // UTF-16 keeps halves of surrogate pairs apart.
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer hash = ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_16BE)));
      return new TextKey(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  @Override
  public int compareTo(TextKey other) {
    int order = Long.compare(first, other.first);
    return order != 0 ? order : Long.compare(second, other.second);
  }
}
