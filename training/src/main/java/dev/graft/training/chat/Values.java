package dev.graft.training.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.training.jinja.Sourced;
import dev.graft.training.jinja.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Conversations as values of a template. Everything knows its source: a number for the tools, and
 * two for every message, one for its content and one for what else it has.
 */
final class Values {
  static final int TOOLS = 1;

  private Values() {}

  static int content(int message) {
    return 2 * message + 2;
  }

  static int other(int message) {
    return 2 * message + 3;
  }

  /** Which message a source belongs to; −1 for the tools and the template. */
  static int message(int source) {
    return source / 2 - 1;
  }

  static boolean isContent(int source) {
    return source > TOOLS && source % 2 == 0;
  }

  /** The first messages of a conversation. */
  static List<Object> messages(Conversation conversation, int count) {
    List<Object> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Message m = conversation.messages().get(i);
      Map<String, @Nullable Object> entries = new LinkedHashMap<>();
      entries.put("role", Text.literal(m.role()));
      entries.put("content", contentOf(m.content(), content(i)));
      int other = other(i);
      m.other().forEach((key, value) -> entries.put(key, of(value, other)));
      out.add(new Sourced(entries, other));
    }
    return out;
  }

  private static @Nullable Object contentOf(JsonNode content, int source) {
    if (!content.isArray()) {
      return of(content, source);
    }
    List<Object> parts = new ArrayList<>();
    for (JsonNode part : content) {
      Map<String, @Nullable Object> entries = new LinkedHashMap<>();
      entries.put("type", Text.literal("text"));
      entries.put("text", of(part.path("text"), source));
      parts.add(new Sourced(entries, source));
    }
    return parts;
  }

  /** A JSON value, all of it of one source. */
  static @Nullable Object of(JsonNode node, int source) {
    if (node.isTextual()) {
      return Text.of(node.textValue(), source);
    }
    if (node.isObject()) {
      Map<String, @Nullable Object> entries = new LinkedHashMap<>();
      node.properties().forEach(e -> entries.put(e.getKey(), of(e.getValue(), source)));
      return new Sourced(entries, source);
    }
    if (node.isArray()) {
      List<@Nullable Object> items = new ArrayList<>();
      node.forEach(n -> items.add(of(n, source)));
      return new Sourced(items, source);
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber()) {
      return node.canConvertToLong() ? (Object) node.longValue() : node.bigIntegerValue();
    }
    return node.isNumber() ? (Object) node.doubleValue() : null;
  }
}
