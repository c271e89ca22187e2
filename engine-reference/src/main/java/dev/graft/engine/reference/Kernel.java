package dev.graft.engine.reference;

/** Computes one node from its operands' arrays; never changes an operand, but may return one. */
interface Kernel {
  Object run(Object[] operands);
}
