package dev.graft.benchmarks;

import java.util.List;

/**
 * A process to run in every round.
 *
 * @param group what it is compared with, such as {@code step, fp32}
 * @param name who runs it: an engine, or a peer
 * @param peer whether it is one that Graft is compared with
 * @param command the process; it prints a {@link Measurement} a line
 */
record Case(String group, String name, boolean peer, List<String> command) {
  Case {
    command = List.copyOf(command);
  }
}
