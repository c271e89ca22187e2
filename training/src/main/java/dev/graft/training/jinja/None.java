package dev.graft.training.jinja;

/** Python's None. */
enum None {
  NONE
}
