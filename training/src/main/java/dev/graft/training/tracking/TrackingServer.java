package dev.graft.training.tracking;

/** A server that answered. */
public interface TrackingServer {
  /**
   * Begins a run, or goes on with the one that {@link TrackedRun#state()} tells of. From here on a
   * server that fails is warned of, and the run goes on.
   *
   * @throws dev.graft.api.error.GraftException {@code tracking.unreachable}
   */
  Tracker track(TrackedRun run);
}
