package dev.graft.engine.reference;

/** The recipe's {@code backend} block of the reference engine: it has no keys besides its type. */
public record ReferenceConfig() {}
