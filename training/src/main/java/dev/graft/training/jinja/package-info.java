/**
 * Jinja as chat templates use it: the part of Jinja2 (3.1) that Hugging Face's templates are
 * written in, with its own results to the letter, and refusing the rest by name. Every character of
 * a rendering knows which value of the data it comes from.
 *
 * <p>Why not jinjava: it computes as Java does. It fails on what current templates use ({@code
 * messages[::-1]}, {@code lstrip('\n')}), and where it does not fail its text can differ without a
 * word: a {@code set} in a loop outlives the round, the string "false" is false, "1" equals 1,
 * {@code trim} leaves an ideographic space, {@code length} counts UTF-16 units, {@code tojson} puts
 * no spaces. A fine-tuned model would see another prompt in use than in training.
 */
@NullMarked
package dev.graft.training.jinja;

import org.jspecify.annotations.NullMarked;
