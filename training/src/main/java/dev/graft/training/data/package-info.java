/**
 * From data files to the batches of a run: {@link dev.graft.training.data.DatasetReader} reads
 * {@link dev.graft.training.data.Example}s, {@link dev.graft.training.data.TrainingData} renders,
 * tokenizes and masks them, and {@link dev.graft.training.data.BatchPlan} packs them into rows of a
 * fixed length and tells which batch every optimizer step gets.
 */
@NullMarked
package dev.graft.training.data;

import org.jspecify.annotations.NullMarked;
