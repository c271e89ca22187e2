package dev.graft.training.data;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * An encoder that is another in all but how it comes by the tokens of a text, which are the same;
 * so they may be taken from what was kept of earlier runs.
 */
public abstract class ForwardingEncoder implements TextEncoder {
  private final TextEncoder encoder;

  protected ForwardingEncoder(TextEncoder encoder) {
    this.encoder = encoder;
  }

  /** What the other makes of a text. */
  protected final Encoded forward(String text) {
    return encoder.encode(text);
  }

  @Override
  public final int eosId() {
    return encoder.eosId();
  }

  @Override
  public final OptionalInt bosId() {
    return encoder.bosId();
  }

  @Override
  public final OptionalInt beginningOfText() {
    return encoder.beginningOfText();
  }

  @Override
  public final int vocabSize() {
    return encoder.vocabSize();
  }

  @Override
  public final Optional<String> identity() {
    return encoder.identity();
  }
}
