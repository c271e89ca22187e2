package dev.graft.architecture.broken.adapters.lora;

import dev.graft.architecture.broken.graph.Graph;

/** Breaks: adapters use only api. */
record AdapterThatReadsGraphs(Graph graph) {}
