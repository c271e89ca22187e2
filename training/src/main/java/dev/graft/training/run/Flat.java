package dev.graft.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** JSON as dotted keys with texts, which compare the same before and after a file. */
final class Flat {
  private static final String NOT_SET = "not set";

  private Flat() {}

  static Map<String, String> of(JsonNode block) {
    Map<String, String> out = new TreeMap<>();
    add(block, "", out);
    return out;
  }

  private static void add(JsonNode node, String key, Map<String, String> out) {
    if (node.isObject()) {
      String dot = key.isEmpty() ? "" : ".";
      node.properties().forEach(f -> add(f.getValue(), key + dot + f.getKey(), out));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        add(node.get(i), key + "[" + i + "]", out);
      }
    } else {
      out.put(key, node.asText());
    }
  }

  /** Every key that differs, with both values. */
  static List<String> differences(Map<String, String> then, Map<String, String> now) {
    List<String> out = new ArrayList<>();
    Map<String, String> all = new TreeMap<>(then);
    now.forEach(all::putIfAbsent);
    for (String key : all.keySet()) {
      if (!Objects.equals(then.get(key), now.get(key))) {
        out.add(
            key
                + " (was "
                + then.getOrDefault(key, NOT_SET)
                + ", is "
                + now.getOrDefault(key, NOT_SET)
                + ")");
      }
    }
    return out;
  }
}
