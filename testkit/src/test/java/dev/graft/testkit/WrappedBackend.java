package dev.graft.testkit;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.engine.reference.ReferenceConfig;
import dev.graft.engine.reference.ReferenceProvider;

/** The reference engine, of which a broken backend overrides one thing. */
abstract class WrappedBackend implements Backend {
  final Backend real = new ReferenceProvider().open(new ReferenceConfig());

  @Override
  public Capabilities capabilities() {
    return real.capabilities();
  }

  @Override
  public void write(String variable, HostTensor value, DType storedAs) {
    real.write(variable, value, storedAs);
  }

  @Override
  public HostTensor read(String variable) {
    return real.read(variable);
  }

  @Override
  public void release(String variable) {
    real.release(variable);
  }

  @Override
  public Executable compile(Graph graph) {
    return real.compile(graph);
  }

  @Override
  public void close() {
    real.close();
  }
}
