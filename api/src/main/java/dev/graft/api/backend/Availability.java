package dev.graft.api.backend;

import java.util.List;

/**
 * Whether a backend can be opened here.
 *
 * @param usable true when {@code open} with a default configuration is expected to work
 * @param detail versions and libraries when usable; otherwise what is missing and what to add
 * @param devices the devices that a configuration may name, for example {@code cpu}
 */
public record Availability(boolean usable, String detail, List<String> devices) {
  public Availability {
    devices = List.copyOf(devices);
  }
}
