package com.example.graft;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;

/** Another engine, whose graphs tell how long they ran. */
final class TimedBackend implements Backend {
  private final Backend other;
  private final boolean log;

  TimedBackend(Backend other, boolean log) {
    this.other = other;
    this.log = log;
  }

  @Override
  public Capabilities capabilities() {
    return other.capabilities();
  }

  @Override
  public void write(String variable, HostTensor value, DType storedAs) {
    other.write(variable, value, storedAs);
  }

  @Override
  public HostTensor read(String variable) {
    return other.read(variable);
  }

  @Override
  public void release(String variable) {
    other.release(variable);
  }

  @Override
  public Executable compile(Graph graph) {
    return new TimedExecutable(other.compile(graph), log);
  }

  @Override
  public void close() {
    other.close();
  }
}
