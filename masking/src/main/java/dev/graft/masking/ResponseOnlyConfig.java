package dev.graft.masking;

/** The recipe's {@code masking} block for {@code type: response-only}; it has no keys. */
public record ResponseOnlyConfig() {}
