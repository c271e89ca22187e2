package dev.graft.training.recipe;

import dev.graft.api.config.Doc;

/**
 * A data set of a recipe.
 *
 * @param path the file
 * @param type the format's name
 */
public record DatasetEntry(
    @Doc("The file: a JSON array, or JSON Lines.") String path,
    @Doc("The format of its rows.") String type) {}
