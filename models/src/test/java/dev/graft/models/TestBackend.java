package dev.graft.models;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Executable;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The backends on the class path, opened with their default configuration. */
public final class TestBackend {
  private TestBackend() {}

  private static List<BackendProvider<?>> providers() {
    List<BackendProvider<?>> out = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class).forEach(out::add);
    return out;
  }

  public static Stream<String> names() {
    return providers().stream().map(p -> p.name()).sorted();
  }

  public static Backend open(String name) {
    for (BackendProvider<?> provider : providers()) {
      if (provider.name().equals(name)) {
        return openDefault(provider);
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static <C extends Record> Backend openDefault(BackendProvider<C> provider) {
    return provider.open(ConfigBinder.bind(Map.of(), provider.configType(), "backend"));
  }

  public static GraphCompiler compiler(Backend backend) {
    return graph -> Expansion.compile(backend, graph);
  }

  /** The outputs of a run. */
  public record Outputs(Map<String, HostTensor> values) {
    public HostTensor get(String name) {
      return Objects.requireNonNull(values.get(name), name);
    }
  }

  public static Outputs run(Backend backend, Trace trace, Map<String, HostTensor> inputs) {
    try (Executable executable = compiler(backend).compile(trace.build())) {
      return new Outputs(executable.run(inputs));
    }
  }

  public static List<AdapterProvider<?>> adapters() {
    List<AdapterProvider<?>> out = new ArrayList<>();
    ServiceLoader.load(AdapterProvider.class).forEach(out::add);
    return out;
  }

  /** The adapter that a saved configuration stands for. */
  public static Optional<Adapter> adapter(Map<String, Object> saved) {
    return adapters().stream().flatMap(p -> create(p, saved).stream()).findFirst();
  }

  private static <C extends Record> Optional<Adapter> create(
      AdapterProvider<C> provider, Map<String, Object> saved) {
    return provider.fromSaved(saved).map(provider::create);
  }
}
