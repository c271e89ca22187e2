package dev.graft.experiments.world;

/**
 * A text to be continued, and how the continuation begins.
 *
 * @param prompt the text, without white space at its end
 * @param answer what stands next, up to but without the full stop that ends it
 */
public record Cloze(String prompt, String answer) {}
