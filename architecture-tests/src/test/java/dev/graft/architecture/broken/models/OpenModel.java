package dev.graft.architecture.broken.models;

/** Breaks: classes are final unless abstract. */
class OpenModel {}
