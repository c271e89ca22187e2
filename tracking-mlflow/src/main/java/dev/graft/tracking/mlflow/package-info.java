/**
 * Sends a run's metrics to an MLflow server, with MLflow's own client: one jar of 8 MB, whose
 * dependencies have names of their own and clash with nothing.
 */
@NullMarked
package dev.graft.tracking.mlflow;

import org.jspecify.annotations.NullMarked;
