package dev.graft.experiments.claims;

import dev.graft.experiments.results.RunResult;
import java.util.Optional;
import java.util.function.Function;

/**
 * A number that is read off a run.
 *
 * @param label what people read
 * @param scale how sentences write it, or its differences
 * @param of the number of a finished run; empty where it was not measured
 */
record Reading(String label, Scale scale, Function<RunResult, Optional<Double>> of) {}
