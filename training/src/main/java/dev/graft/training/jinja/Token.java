package dev.graft.training.jinja;

/** A token of a template. */
record Token(Kind kind, String value, int line) {
  enum Kind {
    TEXT,
    BLOCK_BEGIN,
    BLOCK_END,
    OUTPUT_BEGIN,
    OUTPUT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind k, String v) {
    return kind == k && value.equals(v);
  }

  String describe() {
    switch (kind) {
      case TEXT -> {
        return "text";
      }
      case BLOCK_BEGIN -> {
        return "'{%'";
      }
      case BLOCK_END -> {
        return "'%}'";
      }
      case OUTPUT_BEGIN -> {
        return "'{{'";
      }
      case OUTPUT_END -> {
        return "'}}'";
      }
      case END -> {
        return "the end of the template";
      }
      default -> {
        return "'" + value + "'";
      }
    }
  }
}
