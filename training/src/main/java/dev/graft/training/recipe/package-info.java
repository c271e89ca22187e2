/** Recipes: what a run does, read from YAML. */
@NullMarked
package dev.graft.training.recipe;

import org.jspecify.annotations.NullMarked;
