package dev.graft.training.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;

/**
 * The start of the SHA-256 of what an example says: its segments with their roles, in Unicode's
 * normal form C, with every run of white space as one space and none at the ends. Where a row
 * stands does not matter, nor what fields it has that are not rendered.
 */
record Fingerprint(long first, long second) {
  static Fingerprint of(Example example) {
    MessageDigest digest = sha256();
    for (Segment s : example.rendering().segments()) {
      String what = s.role().name() + ' ' + s.mark().name() + ' ';
      byte[] text = (what + normal(s.text())).getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
      digest.update(text);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Fingerprint(hash.getLong(), hash.getLong());
  }

  private static String normal(String text) {
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    StringBuilder out = new StringBuilder(composed.length());
    boolean space = false;
    for (int i = 0; i < composed.length(); i++) {
      char c = composed.charAt(i);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        space = !out.isEmpty();
      } else {
        if (space) {
          out.append(' ');
        }
        out.append(c);
        space = false;
      }
    }
    return out.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
