/**
 * Measures of what a model answers and of how likely it finds a text: values, pure functions, and
 * {@link dev.graft.models.evaluation.Evaluator}, which gives every item's result.
 */
@NullMarked
package dev.graft.models.evaluation;

import org.jspecify.annotations.NullMarked;
