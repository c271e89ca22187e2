package dev.graft.masking;

/** The recipe's {@code masking} block for {@code type: none}; it has no keys. */
public record NoneConfig() {}
