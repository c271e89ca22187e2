package dev.graft.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Typed access to a {@code config.json}, or to an object within it. */
final class ConfigFile {
  private final Path file;
  private final JsonNode json;

  private ConfigFile(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  static ConfigFile read(Path file) {
    return new ConfigFile(file, Json.object(file));
  }

  static ConfigFile of(Path file, ObjectNode json) {
    return new ConfigFile(file, json);
  }

  private JsonNode get(String key) {
    return json.path(key);
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  int count(String key) {
    JsonNode n = get(key);
    if (!n.isIntegralNumber() || !n.canConvertToInt() || n.intValue() < 1) {
      throw bad(key, "a positive integer", n);
    }
    return n.intValue();
  }

  int count(String key, int absent) {
    return has(key) ? count(key) : absent;
  }

  double number(String key) {
    JsonNode n = get(key);
    if (!n.isNumber() || !Double.isFinite(n.doubleValue())) {
      throw bad(key, "a number", n);
    }
    return n.doubleValue();
  }

  double number(String key, double absent) {
    return has(key) ? number(key) : absent;
  }

  boolean flag(String key, boolean absent) {
    JsonNode n = get(key);
    if (!has(key)) {
      return absent;
    }
    if (!n.isBoolean()) {
      throw bad(key, "true or false", n);
    }
    return n.booleanValue();
  }

  String text(String key) {
    JsonNode n = get(key);
    if (!n.isTextual()) {
      throw bad(key, "a string", n);
    }
    return n.textValue();
  }

  String text(String key, String absent) {
    return has(key) ? text(key) : absent;
  }

  /** The one value that is supported, which is also meant where there is none. */
  void only(String key, String supported) {
    String value = text(key, supported);
    if (!value.equals(supported)) {
      throw unsupported(key, "'" + supported + "'", "'" + value + "'");
    }
  }

  /** A list of strings, or nothing. */
  List<String> texts(String key) {
    JsonNode n = get(key);
    List<String> texts = new ArrayList<>();
    if (!has(key)) {
      return texts;
    }
    for (JsonNode text : n.isArray() ? n : List.of(n)) {
      if (!n.isArray() || !text.isTextual()) {
        throw bad(key, "a list of strings", n);
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  /** One id. */
  OptionalInt id(String key) {
    List<Integer> ids = ids(key);
    return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.get(0));
  }

  /** An id, a list of ids, or nothing. */
  List<Integer> ids(String key) {
    JsonNode n = get(key);
    List<Integer> ids = new ArrayList<>();
    if (!has(key)) {
      return ids;
    }
    for (JsonNode id : n.isArray() ? n : List.of(n)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw bad(key, "a token id or a list of them", n);
      }
      ids.add(id.intValue());
    }
    return ids;
  }

  /** A nested object. */
  ConfigFile object(String key) {
    JsonNode n = get(key);
    if (!n.isObject()) {
      throw bad(key, "an object", n);
    }
    return new ConfigFile(file, n);
  }

  private GraftException bad(String key, String expected, JsonNode received) {
    return Reading.malformed(
        file,
        "expected "
            + expected
            + " for '"
            + key
            + "', received "
            + (received.isMissingNode() ? "nothing" : received));
  }

  /** The error for a setting that the architecture knows but Graft does not support. */
  GraftException unsupported(String key, String expected, Object received) {
    return new GraftException(
        ErrorCode.MODEL_UNSUPPORTED,
        file + ": expected " + expected + " for '" + key + "', received " + received);
  }
}
