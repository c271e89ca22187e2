package dev.graft.training.run;

import java.util.Map;

/**
 * Measures a model before, while and after it is trained. What it measures becomes a line of {@code
 * metrics.jsonl} and is told to the run's listener; a run that was interrupted measures again what
 * came after its last checkpoint.
 */
public interface Probe {
  /** Measures nothing. */
  Probe NONE =
      new Probe() {
        @Override
        public boolean wants(int step, int totalSteps) {
          return false;
        }

        @Override
        public Map<String, Double> measure(LiveModel model, PreparedRun run, int step) {
          return Map.of();
        }
      };

  /**
   * Whether to measure after so many steps; also asked before the first, with 0, and after the
   * last.
   */
  boolean wants(int step, int totalSteps);

  /**
   * Measures, on the thread that trains; must leave the model as it is.
   *
   * @param model at the point that the optimizer evaluates
   * @param run what is trained
   * @return finite values by name
   */
  Map<String, Double> measure(LiveModel model, PreparedRun run, int step);
}
