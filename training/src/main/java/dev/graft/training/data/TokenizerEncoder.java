package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.tokenizer.Encoding;
import dev.graft.models.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;

/** A model folder's tokenizer as an encoder of training data; it stays open. */
public final class TokenizerEncoder implements TextEncoder {
  private final Tokenizer tokenizer;
  private final int eosId;
  private final int vocabSize;

  /**
   * Wraps a tokenizer.
   *
   * @throws GraftException {@code tokenizer} when it names no token that ends a text
   */
  public TokenizerEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.vocabSize = tokenizer.vocabSize(); // counted anew at every call
    this.eosId =
        tokenizer
            .eosId()
            .orElseThrow(
                () ->
                    new GraftException(
                        ErrorCode.TOKENIZER,
                        "expected a tokenizer with an end-of-text token, which ends every answer"
                            + " that is trained, received one that names none; set eos_token in"
                            + " tokenizer_config.json"));
  }

  @Override
  public Encoded encode(String text) {
    Encoding encoding = tokenizer.encode(text);
    int[] starts = new int[encoding.size()];
    int[] ends = new int[encoding.size()];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = encoding.start(i);
      ends[i] = encoding.end(i);
    }
    return new Encoded(encoding.ids(), starts, ends);
  }

  @Override
  public int eosId() {
    return eosId;
  }

  @Override
  public OptionalInt bosId() {
    return tokenizer.addsBos() ? tokenizer.bosId() : OptionalInt.empty();
  }

  @Override
  public OptionalInt beginningOfText() {
    return tokenizer.bosId();
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  /** The SHA-256 of the tokenizer's files. */
  @Override
  public Optional<String> identity() {
    return Optional.of(tokenizer.sha256());
  }
}
