package dev.graft.training.model;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.NamedAdapters;
import dev.graft.models.SavedAdapter;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter folder, Graft's or PEFT's, to lay onto a model.
 *
 * @param name tells it from others on the same model
 * @param folder with {@code adapter_config.json}
 * @param weight its change of a weight counts so many times
 */
public record AdapterSource(String name, Path folder, double weight) {
  /** A folder by its own name, with weight 1. */
  public static AdapterSource of(Path folder) {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return new AdapterSource(last == null ? "adapter" : last.toString(), folder, 1);
  }

  /**
   * Reads the folders and lays them onto a model together; nothing where there is none.
   *
   * @throws GraftException {@code usage} for two of one name, and what is wrong with a folder
   */
  public static Optional<SavedAdapter> bind(
      Plugins plugins, List<AdapterSource> sources, ModelFolder base) {
    Map<String, SavedAdapter> adapters = new LinkedHashMap<>();
    Map<String, Double> weights = new LinkedHashMap<>();
    for (AdapterSource source : sources) {
      SavedAdapter saved = read(plugins, source.folder()).bind(base);
      if (sources.size() == 1 && source.weight() == 1) {
        return Optional.of(saved);
      }
      if (adapters.put(source.name(), saved) != null) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected another name for every adapter, received '"
                + source.name()
                + "' twice; give names, as --adapter NAME=DIR does");
      }
      weights.put(source.name(), source.weight());
    }
    return adapters.isEmpty()
        ? Optional.empty()
        : Optional.of(NamedAdapters.of(base.model(), adapters).weighted(weights));
  }

  /** Reads an adapter folder with the adapters that there are. */
  public static AdapterFolder read(Plugins plugins, Path folder) {
    return AdapterFolder.read(
        folder, List.copyOf(plugins.adapters().stream().map(Plugin::provider).toList()));
  }
}
