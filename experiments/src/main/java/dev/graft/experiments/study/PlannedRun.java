package dev.graft.experiments.study;

import dev.graft.experiments.measure.MeasureSpec;
import dev.graft.training.recipe.Recipe;
import java.util.Map;

/**
 * A run of a study that is to be.
 *
 * @param id its name in the study's folder: its levels, its seed, its engine, and the start of the
 *     digest of all that its numbers depend on
 * @param levels the level of every factor
 * @param recipe what it trains
 * @param measures what is measured, by name
 * @param base the id of what is measured before training, which runs share
 */
public record PlannedRun(
    String id,
    Map<String, String> levels,
    String engine,
    long seed,
    Recipe recipe,
    Map<String, MeasureSpec> measures,
    String base) {}
