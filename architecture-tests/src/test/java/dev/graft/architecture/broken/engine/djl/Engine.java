package dev.graft.architecture.broken.engine.djl;

/** Stands for an engine. */
public record Engine(int threads) {}
