package dev.graft.architecture.broken.stray;

/** Breaks: every class belongs to a module. */
final class OutsideOfEveryModule {}
