package dev.graft.training.recipe;

import dev.graft.api.config.Doc;
import dev.graft.training.data.DatasetType;

/**
 * A data set of a recipe.
 *
 * @param path the file
 * @param type the form of its rows
 */
public record DatasetEntry(
    @Doc("The file: a JSON array, JSON Lines, gzip of either, Parquet, or a .txt file.")
        String path,
    @Doc("The form of its rows: alpaca, prompt-completion or text.") DatasetType type) {}
