package dev.graft.architecture.broken.training;

import dev.graft.architecture.broken.graph.Graph;

/** Stands for a class of the module training. */
public record Trainer(Graph graph) {}
