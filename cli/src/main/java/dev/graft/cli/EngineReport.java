package dev.graft.cli;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.training.model.Engines;
import dev.graft.training.model.GemmSpeed;
import dev.graft.training.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an engine can do here.
 *
 * @param version the plugin's own
 * @param jar where the plugin comes from
 * @param detail the versions of its libraries, or why it is not usable
 * @param devices what a recipe may name
 * @param device where it computes by default; empty when it could not be opened
 * @param linear the speed of linear layers by dtype, where measured
 */
record EngineReport(
    String name,
    String version,
    String jar,
    boolean usable,
    String detail,
    List<String> devices,
    String device,
    List<String> dtypes,
    Map<String, GemmSpeed.Result> linear) {

  /** Opens an engine with its defaults and, if asked to, measures it. */
  static EngineReport of(Plugin<BackendProvider<?>> plugin, boolean measure) {
    Availability a = Engines.availability(plugin.provider());
    if (!a.usable()) {
      return unusable(plugin, a.detail(), a);
    }
    Map<String, GemmSpeed.Result> linear = new LinkedHashMap<>();
    try (Backend backend = Engines.open(plugin, Map.of())) {
      Capabilities can = backend.capabilities();
      for (DType dtype : List.of(DType.F32, DType.BF16)) {
        if (measure && can.dtypes().contains(dtype)) {
          linear.put(dtype.toString(), GemmSpeed.measure(backend, dtype));
        }
      }
      return new EngineReport(
          plugin.name(),
          plugin.version(),
          plugin.jar(),
          true,
          a.detail(),
          a.devices(),
          can.device(),
          can.dtypes().stream().sorted().map(DType::toString).toList(),
          linear);
    } catch (GraftException e) {
      return unusable(plugin, a.detail() + "; failed: " + e.paragraph(), a);
    } catch (RuntimeException | LinkageError e) {
      // An engine is foreign code: whatever it throws must not hide the others.
      return unusable(plugin, a.detail() + "; failed: " + e, a);
    }
  }

  private static EngineReport unusable(Plugin<?> plugin, String detail, Availability a) {
    return new EngineReport(
        plugin.name(),
        plugin.version(),
        plugin.jar(),
        false,
        detail,
        a.devices(),
        "",
        List.of(),
        Map.of());
  }

  /** Rows for people. */
  Table table() {
    Table t = new Table(2).row("usable", usable ? "yes" : "no").row("detail", detail);
    t.row("plugin", version + ", " + jar);
    if (usable) {
      t.row("devices", String.join(", ", devices)).row("device", device);
      t.row("dtypes", String.join(", ", dtypes));
    }
    linear.forEach(
        (dtype, r) ->
            t.row(
                "linear " + dtype,
                r.gflops()
                    + " GFLOP/s at "
                    + r.n()
                    + "×"
                    + r.n()
                    + " with "
                    + r.threadsAtWork()
                    + " threads at work"));
    return t;
  }
}
