package dev.graft.training.jinja;

/** An expression. */
interface Expr {
  Object eval(Frame frame);
}
