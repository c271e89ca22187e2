package dev.graft.training.data;

import java.util.Optional;
import java.util.OptionalInt;

/** A model's tokenizer, as far as training data needs it. */
public interface TextEncoder {
  /**
   * Tokenizes a text as it stands: nothing is added before or after it. May be called by several
   * threads at once.
   */
  Encoded encode(String text);

  /** The token that ends a text. */
  int eosId();

  /**
   * The token to put before every text; empty when the tokenizer's configuration does not ask for
   * one.
   */
  OptionalInt bosId();

  /**
   * The token that begins a text, whether or not one is to be put before every text; empty when the
   * tokenizer has none.
   */
  default OptionalInt beginningOfText() {
    return bosId();
  }

  /** All ids are below this. */
  int vocabSize();

  /**
   * What decides how this encoder tokenizes, as a hash of it; empty where that is not known, and
   * tokens are not to be kept.
   */
  default Optional<String> identity() {
    return Optional.empty();
  }
}
