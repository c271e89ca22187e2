package dev.graft.architecture.broken.unmarked;

/** Breaks: every package is null-marked. */
final class WithoutPackageInfo {}
