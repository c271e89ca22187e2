package dev.graft.api.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that Graft throws on purpose. Its message is a paragraph for a person: what was
 * expected, what was received, where, and what to do.
 */
public final class GraftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public GraftException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public GraftException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
  }

  public ErrorCode code() {
    return code;
  }

  /** The paragraph shown to users: the message and its code. */
  public String paragraph() {
    return getMessage() + " [" + code.id() + "]";
  }
}
