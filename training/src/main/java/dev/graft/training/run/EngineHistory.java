package dev.graft.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.models.files.Json;
import dev.graft.training.plugins.Plugin;
import java.util.List;
import java.util.Map;

/**
 * Which engine ran which steps of a run: the list {@code engines} of its manifest. An entry holds
 * for the steps from {@code from_step} up to the next entry's.
 */
final class EngineHistory {
  private static final String ENGINES = "engines";
  private static final String FROM_STEP = "from_step";
  private static final String BACKEND = "backend";

  private final ArrayNode entries;

  private EngineHistory(ArrayNode entries) {
    this.entries = entries;
  }

  static EngineHistory in(ObjectNode manifest) {
    return new EngineHistory(
        manifest.get(ENGINES) instanceof ArrayNode a ? a : manifest.putArray(ENGINES));
  }

  /**
   * Adds the engine that runs the steps after those that a checkpoint has, if it is another one
   * than before. Steps after the checkpoint are done again, and so forgotten here.
   *
   * @param device where the engine computes
   * @return how it differs from the engine of the last of those steps; empty when it does not, or
   *     when there is none
   */
  List<String> goOn(PreparedRun run, String device, int stepsDone) {
    while (!entries.isEmpty()
        && entries.get(entries.size() - 1).path(FROM_STEP).asInt() > stepsDone) {
      entries.remove(entries.size() - 1);
    }
    ObjectNode entry = entry(run, device, stepsDone + 1);
    if (entries.isEmpty()) {
      entries.add(entry);
      return List.of();
    }
    List<String> differences =
        Flat.differences(identity(entries.get(entries.size() - 1)), identity(entry));
    if (!differences.isEmpty()) {
      entries.add(entry);
    }
    return differences;
  }

  private static ObjectNode entry(PreparedRun run, String device, int fromStep) {
    Plugin<?> plugin = run.engine();
    ObjectNode out = Json.mapper().createObjectNode();
    out.put(FROM_STEP, fromStep);
    out.set(BACKEND, Json.mapper().valueToTree(run.recipe().backend().toConfig()));
    return out.put("version", plugin.version()).put("jar", plugin.jar()).put("device", device);
  }

  /** What a change of gives other roundings. */
  private static Map<String, String> identity(JsonNode entry) {
    Map<String, String> out = Flat.of(entry);
    out.keySet().removeAll(List.of(FROM_STEP, "jar"));
    return out;
  }
}
