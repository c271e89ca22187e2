package dev.graft.architecture.broken.graph;

/** Stands for a class of the module graph. */
public record Graph(int nodes) {}
