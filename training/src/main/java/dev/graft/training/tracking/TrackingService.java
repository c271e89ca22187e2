package dev.graft.training.tracking;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.ServiceLoader;

/**
 * A kind of server that follows runs; found as a service, so that its client is needed only then.
 */
public interface TrackingService {
  /** What it is asked for by, for example {@code mlflow}. */
  String name();

  /**
   * Makes sure that a server answers.
   *
   * @param uri its address
   * @param experiment what the runs are filed under; made where it is not there
   * @throws GraftException {@code usage} for an address that cannot be one; {@code
   *     tracking.unreachable}
   */
  TrackingServer connect(String uri, String experiment);

  /**
   * The service of a name.
   *
   * @throws GraftException {@code plugin.unknown} when it is not among the libraries
   */
  static TrackingService named(String name) {
    List<TrackingService> found =
        ServiceLoader.load(TrackingService.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return found.stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new GraftException(
                    ErrorCode.PLUGIN_UNKNOWN,
                    "expected the tracking service '"
                        + name
                        + "', received only "
                        + found.stream().map(TrackingService::name).toList()
                        + "; put graft-tracking-"
                        + name
                        + " among the libraries"));
  }
}
