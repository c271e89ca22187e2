package dev.graft.api.error;

/**
 * Stable identifiers of everything that can go wrong; they appear in messages, logs and docs and
 * are never renamed. {@link #exitStatus()} is 2 where the user's recipe or usage is at fault, else
 * 1.
 */
public enum ErrorCode {
  CONFIG_UNKNOWN_KEY("config.unknown-key", 2),
  CONFIG_MISSING_KEY("config.missing-key", 2),
  CONFIG_TYPE("config.type", 2),
  CONFIG_VALUE("config.value", 2),
  USAGE("usage", 2),
  PLUGIN_UNKNOWN("plugin.unknown", 2),
  PLUGIN_DUPLICATE("plugin.duplicate", 2),
  PLUGIN_NAME("plugin.name", 2),
  PLUGIN_BROKEN("plugin.broken", 1),
  GRAPH_SHAPE("graph.shape", 1),
  GRAPH_DTYPE("graph.dtype", 1),
  GRAPH_INVALID("graph.invalid", 1),
  BACKEND_UNAVAILABLE("backend.unavailable", 2),
  BACKEND_UNSUPPORTED("backend.unsupported", 2),
  BACKEND_VARIABLE("backend.variable", 1),
  BACKEND_INPUT("backend.input", 1),
  BACKEND_CLOSED("backend.closed", 1),
  BACKEND_FAILED("backend.failed", 1),
  FILE_MISSING("file.missing", 2),
  FILE_MALFORMED("file.malformed", 2),
  FILE_READ("file.read", 1),
  FILE_WRITE("file.write", 1),
  MODEL_UNSUPPORTED("model.unsupported", 2),
  MODEL_WEIGHTS("model.weights", 2),
  TOKENIZER("tokenizer", 2),
  DATA_EMPTY("data.empty", 2),
  DATA_MALFORMED("data.malformed", 2),
  DATA_TOO_LONG("data.too-long", 2),
  DATA_DOUBLE_BOS("data.double-bos", 2),
  CHAT_TEMPLATE("chat.template", 2),
  MASK_INVALID("mask.invalid", 1),
  MASK_EMPTY("mask.empty", 2),
  MASK_UNTRAINED("mask.untrained", 2),
  MASK_END_OF_TURN("mask.end-of-turn", 2),
  TARGETS_UNMATCHED("targets.unmatched", 2),
  ADAPTER_UNSUPPORTED("adapter.unsupported", 2),
  ADAPTER_TENSORS("adapter.tensors", 2),
  ADAPTER_BASE_MODEL("adapter.base-model", 2),
  LOSS_NOT_FINITE("loss.not-finite", 1),
  RESUME_MISMATCH("resume.mismatch", 2),
  TRACKING_UNREACHABLE("tracking.unreachable", 2),
  INTERRUPTED("interrupted", 1);

  private final String id;
  private final int exitStatus;

  ErrorCode(String id, int exitStatus) {
    this.id = id;
    this.exitStatus = exitStatus;
  }

  /** The permanent id, for example {@code config.unknown-key}. */
  public String id() {
    return id;
  }

  /** The process exit status: 2 for a bad recipe, file or usage, 1 for a run that failed. */
  public int exitStatus() {
    return exitStatus;
  }
}
