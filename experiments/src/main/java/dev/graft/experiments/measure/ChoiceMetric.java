package dev.graft.experiments.measure;

import dev.graft.models.evaluation.MultipleChoice;

/** Which choice counts as the model's, as lm-evaluation-harness defines it. */
public enum ChoiceMetric {
  /** The one with the largest log-likelihood. */
  ACC {
    @Override
    boolean right(MultipleChoice choice) {
      return choice.acc();
    }
  },
  /** The one with the largest log-likelihood for each of its characters. */
  ACC_NORM {
    @Override
    boolean right(MultipleChoice choice) {
      return choice.accNorm();
    }
  };

  abstract boolean right(MultipleChoice choice);
}
