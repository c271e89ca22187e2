package dev.graft.training.jinja;

/** Something that a template can call. */
interface Callable {
  Object call(Args args);
}
