package dev.graft.training.tracking;

import java.nio.file.Path;
import java.util.Map;

/**
 * The run whose metrics a server takes.
 *
 * @param name how people call it
 * @param state a folder for what the server's side of the run is found by when the run goes on; it
 *     may not be there yet, and is removed when the run is started again
 * @param parameters the recipe with every default, as dotted keys with texts
 */
public record TrackedRun(String name, Path state, Map<String, String> parameters) {
  public TrackedRun {
    parameters = Map.copyOf(parameters);
  }
}
