package dev.graft.training.optim;

/**
 * When the adapter of a run is merged into the weights and starts anew, and how the learning rate
 * comes back afterwards (ReLoRA, arXiv 2307.05695, section 3). Steps count from 0.
 *
 * @param every the steps T from one merge to the next: the first comes before step T
 * @param warmup the steps w &lt; T over which the rate rises to the schedule's after a merge; the
 *     rate of the t-th step after it, from 0, is t/w of the schedule's
 */
public record Restarts(int every, int warmup) {
  /** A run without merges. */
  public static final Restarts NONE = new Restarts(Integer.MAX_VALUE, 0);

  /** Whether the adapter is merged before a step. */
  public boolean before(int step) {
    return step > 0 && step % every == 0;
  }

  /** How many merges there have been when so many steps are done, and the next has not begun. */
  public int mergesAfter(int stepsDone) {
    return stepsDone == 0 ? 0 : (stepsDone - 1) / every;
  }

  /** The step before which the newest merge was that a step builds on; 0 where there was none. */
  public int start(int step) {
    return step / every * every;
  }

  /** What a step's learning rate is multiplied with besides the schedule. */
  public double factor(int step) {
    int since = step - start(step);
    return start(step) > 0 && since < warmup ? (double) since / warmup : 1;
  }
}
