package dev.graft.training.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.masking.Mark;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Fields;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads rows as conversations.
 *
 * <p>{@code messages} has OpenAI's form: role and content, which is a string, a list of {@code
 * {type: text, text: …}}, or null beside {@code tool_calls}. Arguments of a tool call that are an
 * object written as a string, as OpenAI has them, become the object, which chat templates expect.
 * {@code weight: 0 | 1}, {@code train: false | true} and {@code spans} are for the mask; every
 * other key is the template's. {@code sharegpt} has {@code from} and {@code value} in their places;
 * a {@code function_call} is a message with tool calls. {@code tools} of a row is a list, or one
 * written as a string.
 */
final class ConversationReader {
  private static final Set<String> OWN =
      Set.of("role", "content", "from", "value", "weight", "train", "spans");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Fields row;

  private ConversationReader(Fields row) {
    this.row = row;
  }

  /**
   * Reads a row.
   *
   * @throws GraftException {@code data.malformed}
   */
  static Conversation read(DatasetType type, Fields row) {
    ConversationReader reader = new ConversationReader(row);
    return switch (type) {
      case MESSAGES -> reader.conversation("messages", false);
      case SHAREGPT -> reader.conversation("conversations", true);
      case ALPACA ->
          reader.exchange(
              row.text("instruction"), row.optionalText("input").orElse(""), row.text("output"));
      case PROMPT_COMPLETION -> reader.exchange(row.text("prompt"), "", row.text("completion"));
      case TEXT, TEMPLATE -> throw new IllegalArgumentException(type.id());
    };
  }

  private Conversation exchange(String instruction, String input, String output) {
    String between = input.isEmpty() ? "" : ChatTemplate.BEFORE_INPUT;
    int inputFrom = input.isEmpty() ? -1 : instruction.length() + between.length();
    return new Conversation(
        List.of(
            said(Speaker.USER, "user", instruction + between + input, inputFrom),
            said(Speaker.ASSISTANT, "assistant", output, -1)),
        Optional.empty());
  }

  private static Message said(Speaker speaker, String role, String content, int inputFrom) {
    return new Message(
        speaker, role, TextNode.valueOf(content), Map.of(), Mark.NONE, new BitSet(), inputFrom);
  }

  private Conversation conversation(String field, boolean shareGpt) {
    JsonNode list = row.object().get(field);
    if (list == null || !list.isArray()) {
      throw row.malformed(
          "expected a list of messages in the field '"
              + field
              + "', received "
              + (list == null ? "a row without it" : kind(list))
              + "; correct the row, or the data set's type in the recipe");
    }
    if (list.isEmpty()) {
      throw row.malformed("expected messages in '" + field + "', received none; remove the row");
    }
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = field + "[" + i + "]";
      JsonNode node = list.get(i);
      if (!node.isObject()) {
        throw row.malformed(
            "expected an object in " + at + ", received " + kind(node) + "; correct the row");
      }
      messages.add(shareGpt ? shareGpt(node, at) : openAi(node, at));
    }
    if (messages.stream().noneMatch(Message::isAssistant)) {
      throw row.malformed(
          "expected a message of the assistant in '"
              + field
              + "', received none, so that there is nothing to learn; remove the row");
    }
    return new Conversation(messages, tools());
  }

  private Message openAi(JsonNode node, String at) {
    String role = word(node, "role", at);
    Speaker speaker =
        Speaker.ofOpenAi(role).orElseThrow(() -> unknown(role, at, Speaker.openAiRoles()));
    Map<String, JsonNode> other = other(node, at);
    return message(speaker, role, node, "content", other, at);
  }

  private Message shareGpt(JsonNode node, String at) {
    String from = word(node, "from", at);
    Speaker speaker =
        Speaker.ofShareGpt(from).orElseThrow(() -> unknown(from, at, Speaker.shareGptRoles()));
    String role = speaker.name().toLowerCase(Locale.ROOT);
    Map<String, JsonNode> other = other(node, at);
    if (!from.equals("function_call")) {
      return message(speaker, role, node, "value", other, at);
    }
    other.put("tool_calls", calls(node.get("value"), at));
    ObjectNode without = node.deepCopy();
    without.set("value", NullNode.instance);
    return message(speaker, role, without, "value", other, at);
  }

  private Message message(
      Speaker speaker,
      String role,
      JsonNode node,
      String key,
      Map<String, JsonNode> other,
      String at) {
    JsonNode content = content(node.get(key), other.containsKey("tool_calls"), at + "." + key);
    return new Message(speaker, role, content, other, mark(node, at), spans(node, content, at), -1);
  }

  private String word(JsonNode node, String key, String at) {
    JsonNode role = node.get(key);
    if (role == null || !role.isTextual()) {
      throw row.malformed(
          "expected '"
              + key
              + "', who says the message, in "
              + at
              + ", received "
              + (role == null ? "a message without it" : kind(role))
              + "; correct the row, or the data set's type in the recipe");
    }
    return role.textValue();
  }

  private GraftException unknown(String word, String at, Set<String> known) {
    return row.malformed("unknown role '" + word + "' in " + at + ". " + Nearest.hint(word, known));
  }

  private JsonNode content(
      @org.jspecify.annotations.Nullable JsonNode given, boolean calls, String at) {
    if (given == null || given.isNull()) {
      if (calls) {
        return NullNode.instance;
      }
      throw row.malformed(
          "expected text in " + at + ", received none, and no tool_calls; correct the row");
    }
    if (given.isTextual()) {
      checkText(given, at);
      return given;
    }
    if (!given.isArray()) {
      throw row.malformed(
          "expected a string, or a list of parts, in "
              + at
              + ", received "
              + kind(given)
              + "; correct the row");
    }
    for (int i = 0; i < given.size(); i++) {
      JsonNode part = given.get(i);
      if (!part.path("type").asText("text").equals("text") || !part.path("text").isTextual()) {
        throw row.malformed(
            "expected a part {type: text, text: …} in "
                + at
                + "["
                + i
                + "], received "
                + (part.isObject()
                    ? "one of type '" + part.path("type").asText() + "'"
                    : kind(part))
                + "; only text can be trained on");
      }
    }
    checkText(given, at);
    return given;
  }

  /** Refuses half of a surrogate pair in any string, at any depth. */
  private void checkText(JsonNode node, String at) {
    if (node.isTextual() && !Fields.isWellFormed(node.textValue())) {
      throw row.malformed(
          "expected Unicode text in "
              + at
              + ", received half of a surrogate pair; correct the row");
    }
    node.forEach(n -> checkText(n, at));
    node.fieldNames().forEachRemaining(k -> checkText(TextNode.valueOf(k), at));
  }

  /** What else there is for the template; a key without a value is none, as in Parquet. */
  private Map<String, JsonNode> other(JsonNode node, String at) {
    Map<String, JsonNode> out = new LinkedHashMap<>();
    node.properties()
        .forEach(
            e -> {
              if (!OWN.contains(e.getKey()) && !e.getValue().isNull()) {
                checkText(e.getValue(), at + "." + e.getKey());
                out.put(e.getKey(), e.getValue());
              }
            });
    JsonNode calls = out.get("tool_calls");
    if (calls != null) {
      if (!calls.isArray()) {
        throw row.malformed(
            "expected a list in "
                + at
                + ".tool_calls, received "
                + kind(calls)
                + "; correct the row");
      }
      if (calls.isEmpty()) {
        out.remove("tool_calls");
      } else {
        out.put("tool_calls", withObjects(calls));
      }
    }
    return out;
  }

  private static JsonNode withObjects(JsonNode calls) {
    JsonNode out = calls.deepCopy();
    for (JsonNode call : out) {
      JsonNode holder = call.has("function") ? call.get("function") : call;
      if (holder instanceof ObjectNode o && o.path("arguments").isTextual()) {
        parsed(o.get("arguments").textValue())
            .filter(JsonNode::isObject)
            .ifPresent(arguments -> o.set("arguments", arguments));
      }
    }
    return out;
  }

  private static Optional<JsonNode> parsed(String json) {
    try {
      return Optional.of(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      return Optional.empty(); // a string that is no JSON stays a string
    }
  }

  /** The calls that a {@code function_call} of ShareGPT writes, in OpenAI's form. */
  private JsonNode calls(@org.jspecify.annotations.Nullable JsonNode value, String at) {
    String text = value != null && value.isTextual() ? value.textValue() : "";
    JsonNode json = parsed(text).orElse(NullNode.instance);
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    for (JsonNode call : json.isArray() ? json : JsonNodeFactory.instance.arrayNode().add(json)) {
      if (!call.path("name").isTextual()) {
        throw row.malformed(
            "expected a call {\"name\": …, \"arguments\": …} in JSON in "
                + at
                + ".value, received '"
                + text
                + "'; correct the row");
      }
      out.addObject().put("type", "function").set("function", call);
    }
    checkText(out, at + ".value");
    return withObjects(out);
  }

  private Mark mark(JsonNode node, String at) {
    JsonNode weight = node.path("weight");
    JsonNode train = node.path("train");
    Mark byWeight = Mark.NONE;
    if (!weight.isMissingNode() && !weight.isNull()) {
      if (!weight.isNumber() || (weight.doubleValue() != 0 && weight.doubleValue() != 1)) {
        throw row.malformed(
            "expected 0 or 1 in " + at + ".weight, received " + weight + "; correct the row");
      }
      byWeight = weight.doubleValue() == 1 ? Mark.TRAIN : Mark.SKIP;
    }
    if (train.isMissingNode() || train.isNull()) {
      return byWeight;
    }
    if (!train.isBoolean()) {
      throw row.malformed(
          "expected true or false in " + at + ".train, received " + train + "; correct the row");
    }
    Mark byTrain = train.booleanValue() ? Mark.TRAIN : Mark.SKIP;
    if (byWeight != Mark.NONE && byWeight != byTrain) {
      throw row.malformed(
          "expected weight and train of "
              + at
              + " to say the same, received weight "
              + weight
              + " and train "
              + train
              + "; remove one");
    }
    return byTrain;
  }

  private BitSet spans(JsonNode node, JsonNode content, String at) {
    BitSet out = new BitSet();
    JsonNode spans = node.path("spans");
    if (spans.isMissingNode() || spans.isNull()) {
      return out;
    }
    String text = content.isTextual() ? content.textValue() : "";
    int characters = text.codePointCount(0, text.length());
    String expected =
        "expected pairs [start, end] with 0 ≤ start < end ≤ "
            + characters
            + ", the characters of a content that is a string, in "
            + at
            + ".spans, received ";
    if (!spans.isArray()) {
      throw row.malformed(expected + spans + "; correct the row");
    }
    for (JsonNode span : spans) {
      int start = span.path(0).isInt() ? span.path(0).intValue() : -1;
      int end = span.path(1).isInt() ? span.path(1).intValue() : -1;
      if (span.size() != 2 || start < 0 || end <= start || end > characters) {
        throw row.malformed(expected + span + "; correct the row");
      }
      out.set(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, end));
    }
    return out;
  }

  private Optional<JsonNode> tools() {
    JsonNode tools = row.object().path("tools");
    if (tools.isTextual()) {
      tools =
          tools.textValue().isBlank() ? NullNode.instance : parsed(tools.textValue()).orElse(tools);
    }
    if (tools.isMissingNode() || tools.isNull() || (tools.isArray() && tools.isEmpty())) {
      return Optional.empty();
    }
    if (!tools.isArray()) {
      throw row.malformed(
          "expected a list of tools in the field 'tools', received "
              + kind(tools)
              + "; correct the row");
    }
    checkText(tools, "tools");
    return Optional.of(tools);
  }

  private static String kind(JsonNode node) {
    return node.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
