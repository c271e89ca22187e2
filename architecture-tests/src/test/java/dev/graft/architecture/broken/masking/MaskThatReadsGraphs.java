package dev.graft.architecture.broken.masking;

import dev.graft.architecture.broken.graph.Graph;

/** Breaks: masks use only api. */
record MaskThatReadsGraphs(Graph graph) {}
