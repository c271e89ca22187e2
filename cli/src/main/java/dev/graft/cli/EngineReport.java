package dev.graft.cli;

import dev.graft.api.backend.Availability;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Capabilities;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.training.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an engine can do here.
 *
 * @param detail its versions, or why it is not usable
 * @param devices what a recipe may name
 * @param device where it computes by default; empty when it could not be opened
 * @param linear the speed of linear layers by dtype, where measured
 */
record EngineReport(
    String name,
    boolean usable,
    String detail,
    List<String> devices,
    String device,
    List<String> dtypes,
    Map<String, GemmSpeed.Result> linear) {

  /** Opens an engine with its defaults and, if asked to, measures it. */
  static EngineReport of(
      Plugin<BackendProvider<?>> plugin, boolean measure, List<String> warnings) {
    Availability a = plugin.provider().availability();
    String device = "";
    List<String> dtypes = List.of();
    Map<String, GemmSpeed.Result> linear = new LinkedHashMap<>();
    if (a.usable()) {
      try (Backend backend = Engines.open(plugin, Map.of())) {
        Capabilities can = backend.capabilities();
        device = can.device();
        dtypes = can.dtypes().stream().sorted().map(DType::toString).toList();
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
          if (measure && can.dtypes().contains(dtype)) {
            linear.put(dtype.toString(), GemmSpeed.measure(backend, dtype));
          }
        }
      } catch (GraftException e) {
        warnings.add(plugin.name() + ": " + e.paragraph());
      }
    }
    return new EngineReport(
        plugin.name(), a.usable(), a.detail(), a.devices(), device, dtypes, linear);
  }

  /** Rows for people. */
  Table table() {
    Table t = new Table(2).row("usable", usable ? "yes" : "no").row("detail", detail);
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
