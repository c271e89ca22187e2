package dev.graft.engine.reference;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import java.util.List;

/**
 * The engine {@code reference}: plain Java, float64 throughout, no native code. It is the oracle of
 * every other engine, and fast enough for tiny models.
 *
 * <p>Values of every floating dtype are held and computed in double precision; they are rounded to
 * their dtype only where they leave a graph, as an output or as a variable's new value. It fuses no
 * composite.
 */
public final class ReferenceProvider implements BackendProvider<ReferenceConfig> {
  /** Made by {@link java.util.ServiceLoader}. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Class<ReferenceConfig> configType() {
    return ReferenceConfig.class;
  }

  @Override
  public Availability availability() {
    return new Availability(
        true, "float64 in Java " + Runtime.version().feature(), List.of(ReferenceBackend.DEVICE));
  }

  @Override
  public Backend open(ReferenceConfig config) {
    return new ReferenceBackend();
  }
}
