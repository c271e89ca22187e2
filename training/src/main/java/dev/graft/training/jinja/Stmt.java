package dev.graft.training.jinja;

/** A statement. */
interface Stmt {
  /** How it goes on after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Frame frame, Text.Builder out);
}
