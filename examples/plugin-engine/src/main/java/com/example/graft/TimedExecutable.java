package com.example.graft;

import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.HostTensor;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts runs and their time, and tells when it is closed. */
final class TimedExecutable implements Executable {
  private static final Logger LOG = LoggerFactory.getLogger(TimedExecutable.class);

  private final Executable other;
  private final boolean log;
  private long runs;
  private long nanos;

  TimedExecutable(Executable other, boolean log) {
    this.other = other;
    this.log = log;
  }

  @Override
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    long start = System.nanoTime();
    Map<String, HostTensor> outputs = other.run(inputs);
    runs++;
    nanos += System.nanoTime() - start;
    return outputs;
  }

  @Override
  public void close() {
    other.close();
    if (log && runs > 0) {
      LOG.info("a graph ran {} times, {} ms each", runs, nanos / runs / 1_000_000);
    }
  }
}
