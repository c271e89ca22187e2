package dev.graft.api.backend;

import dev.graft.api.tensor.HostTensor;
import java.util.Map;

/** A graph prepared by a backend; run many times, then closed. */
public interface Executable extends AutoCloseable {
  /**
   * Runs the graph once: reads variables as they were before the run, then applies all updates.
   *
   * @param inputs exactly the graph's inputs, with its types; otherwise {@code backend.input}
   * @return every output by name, copied to the host
   */
  Map<String, HostTensor> run(Map<String, HostTensor> inputs);

  @Override
  void close();
}
