package dev.graft.training.run;

import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.TrainedModel;

/**
 * What is trained between two merges of the adapter into the weights; a run without merges is one
 * phase. All phases have the same variables.
 *
 * @param merges how many merges there were before it
 */
record Phase(int merges, TrainedModel trained, StepGraphs graphs) {}
