package dev.graft.models.evaluation;

import dev.graft.models.generation.Generation;

/**
 * What a model answered to an {@link AnswerItem}.
 *
 * @param text as it was decoded
 * @param generation its ids, and why it ended
 * @param exact whether it equals a reference
 */
public record Answer(String text, Generation generation, boolean exact) {}
