package dev.graft.training.run;

import dev.graft.training.data.Encoded;
import dev.graft.training.data.TextEncoder;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Tokenizes a text that comes again, for another mask, only once; as long as there is room. */
final class RememberingEncoder implements TextEncoder {
  /** Some 200 MB with their texts. */
  private static final long MOST_TOKENS = 8_000_000;

  private final TextEncoder encoder;
  private final Map<String, Encoded> known = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();

  RememberingEncoder(TextEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  public Encoded encode(String text) {
    Encoded encoded = known.get(text);
    if (encoded == null) {
      encoded = encoder.encode(text);
      if (tokens.addAndGet(encoded.size()) <= MOST_TOKENS) {
        known.put(text, encoded);
      }
    }
    return encoded;
  }

  @Override
  public int eosId() {
    return encoder.eosId();
  }

  @Override
  public OptionalInt bosId() {
    return encoder.bosId();
  }

  @Override
  public OptionalInt beginningOfText() {
    return encoder.beginningOfText();
  }

  @Override
  public int vocabSize() {
    return encoder.vocabSize();
  }

  /** Its tokens are the encoder's, so they may be taken from what was kept of earlier runs. */
  @Override
  public Optional<String> identity() {
    return encoder.identity();
  }
}
