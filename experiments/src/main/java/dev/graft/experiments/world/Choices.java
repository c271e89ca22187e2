package dev.graft.experiments.world;

import java.util.List;

/**
 * A question with choices.
 *
 * @param question the text before every choice, without white space at its end
 * @param choices what may stand next
 * @param answer the index of the right one
 */
record Choices(String question, List<String> choices, int answer) {}
