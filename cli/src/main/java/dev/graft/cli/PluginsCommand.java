package dev.graft.cli;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.Availability;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.training.model.Engines;
import dev.graft.training.plugins.BrokenPlugin;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.PluginKind;
import dev.graft.training.plugins.Plugins;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code graft plugins}. */
@Command(
    name = "plugins",
    description = "Lists engines, adapters and masks: names, versions, jars and parameters.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft plugins",
      "  graft plugins --json | jq -r '.plugins[] | select(.kind == \"adapter\") | .name'",
      "  GRAFT_PLUGINS=my-mask.jar graft plugins"
    })
final class PluginsCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  private final Session session;

  PluginsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Plugins plugins = session.discovered();
    List<Entry> entries = new ArrayList<>();
    plugins.backends().forEach(p -> entries.add(new Entry(p, configType(p.provider()))));
    plugins.adapters().forEach(p -> entries.add(new Entry(p, configType(p.provider()))));
    plugins.maskings().forEach(p -> entries.add(new Entry(p, configType(p.provider()))));
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("plugins", entries.stream().map(Entry::toMap).toList());
      result.put(
          "broken",
          plugins.broken().stream()
              .map(
                  b ->
                      Map.of(
                          "kind",
                          b.kind().map(PluginKind::key).orElse(""),
                          "jar",
                          b.jar(),
                          "problem",
                          b.problem()))
              .toList());
      session.out().println(Json.pretty(result));
    } else {
      entries.forEach(e -> e.print(session.out()));
    }
    for (BrokenPlugin b : plugins.broken()) {
      session.note("graft: " + b.sentence() + " [" + ErrorCode.PLUGIN_BROKEN.id() + "]");
    }
    return plugins.broken().isEmpty() ? 0 : ErrorCode.PLUGIN_BROKEN.exitStatus();
  }

  private static Class<? extends Record> configType(BackendProvider<?> p) {
    return p.configType();
  }

  private static Class<? extends Record> configType(AdapterProvider<?> p) {
    return p.configType();
  }

  private static Class<? extends Record> configType(MaskingProvider<?> p) {
    return p.configType();
  }

  private record Entry(Plugin<?> plugin, List<ConfigBinder.KeyInfo> keys) {
    Entry(Plugin<?> plugin, Class<? extends Record> configType) {
      this(plugin, ConfigBinder.describe(configType));
    }

    Map<String, Object> toMap() {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("kind", plugin.kind().key());
      out.put("name", plugin.name());
      out.put("version", plugin.version());
      out.put("jar", plugin.jar());
      if (plugin.provider() instanceof BackendProvider<?> b) {
        Availability a = Engines.availability(b);
        out.put("usable", a.usable());
        out.put("detail", a.detail());
        out.put("devices", a.devices());
      }
      List<Map<String, Object>> parameters = new ArrayList<>();
      for (ConfigBinder.KeyInfo k : keys) {
        Map<String, Object> p = new LinkedHashMap<>();
        p.put("key", k.key());
        p.put("type", k.type());
        p.put("default", k.defaultValue());
        p.put("doc", k.doc());
        parameters.add(p);
      }
      out.put("parameters", parameters);
      return out;
    }

    void print(PrintWriter out) {
      out.println(
          plugin.kind().key()
              + " "
              + plugin.name()
              + " ("
              + plugin.version()
              + ", "
              + plugin.jar()
              + ")");
      if (plugin.provider() instanceof BackendProvider<?> b) {
        Availability a = Engines.availability(b);
        out.println(
            "  "
                + (a.usable()
                    ? "usable on " + String.join(", ", a.devices()) + ": "
                    : "not usable: ")
                + a.detail());
      }
      Table table = new Table(2);
      for (ConfigBinder.KeyInfo k : keys) {
        String value =
            switch (k.defaultValue()) {
              case "" -> "optional";
              case "required" -> "required";
              default -> "default " + k.defaultValue();
            };
        table.row(k.key(), k.type(), value, k.doc());
      }
      table.print(out);
    }
  }
}
