package dev.graft.experiments.measure;

import dev.graft.training.data.Rendering;
import java.util.function.Predicate;

/**
 * A prompt and the test that its continuation has to pass.
 *
 * @param prompt the text to continue
 * @param right whether a continuation, without the end of text, is right
 */
public record Question(Rendering prompt, Predicate<String> right) {}
