package dev.graft.training.run;

import dev.graft.training.data.Encoded;
import dev.graft.training.data.ForwardingEncoder;
import dev.graft.training.data.TextEncoder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Tokenizes a text that comes again, for another mask, only once; as long as there is room. */
final class RememberingEncoder extends ForwardingEncoder {
  /** Some 200 MB with their texts. */
  private static final long MOST_TOKENS = 8_000_000;

  private final Map<String, Encoded> known = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();

  RememberingEncoder(TextEncoder encoder) {
    super(encoder);
  }

  @Override
  public Encoded encode(String text) {
    Encoded encoded = known.get(text);
    if (encoded == null) {
      encoded = forward(text);
      if (tokens.addAndGet(encoded.size()) <= MOST_TOKENS) {
        known.put(text, encoded);
      }
    }
    return encoded;
  }
}
