package dev.graft.architecture.broken.adapters.lora;

/** Stands for an adapter. */
public record Lora(int r) {}
