package dev.graft.models.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the tokenizer's files say, apart from how to split text. */
final class TokenizerFiles {
  static final String TOKENIZER = "tokenizer.json";

  private static final String CONFIG = "tokenizer_config.json";
  private static final String DEFAULT = "default";
  private static final String TEMPLATE = "chat_template.jinja";

  private final Map<String, Integer> ids = new HashMap<>();
  private final Set<Integer> special = new HashSet<>();
  private final Set<String> specialTokens = new TreeSet<>();
  private final JsonNode config;
  private final JsonNode modelConfig;
  private final Map<String, String> templates;

  TokenizerFiles(Path folder) {
    Path file = folder.resolve(TOKENIZER);
    if (Files.notExists(file)) {
      throw new GraftException(
          ErrorCode.TOKENIZER,
          "expected '"
              + TOKENIZER
              + "' in '"
              + folder
              + "', but it is not there. Fetch it, or save the tokenizer again in the fast format"
              + " (tokenizer.model alone is not enough).");
    }
    JsonNode json = parse(file);
    readVocabulary(json.path("model").path("vocab"));
    for (JsonNode token : json.path("added_tokens")) {
      ids.put(token.path("content").asText(), token.path("id").asInt());
      if (token.path("special").asBoolean()) {
        special.add(token.path("id").asInt());
        specialTokens.add(token.path("content").asText());
      }
    }
    if (ids.isEmpty()) {
      throw new GraftException(
          ErrorCode.TOKENIZER, file + ": expected a vocabulary, received none. Fetch it again.");
    }
    this.config = parseIfThere(folder.resolve(CONFIG));
    this.modelConfig = parseIfThere(folder.resolve("config.json"));
    Path jinja = folder.resolve(TEMPLATE);
    this.templates =
        Files.exists(jinja) ? Map.of(DEFAULT, Reading.text(jinja)) : templatesOf(config);
  }

  /** An object of tokens to ids, or a list of [token, score]. */
  private void readVocabulary(JsonNode vocab) {
    if (vocab.isObject()) {
      vocab.properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
    }
    if (vocab.isArray()) {
      for (int i = 0; i < vocab.size(); i++) {
        ids.put(vocab.get(i).path(0).asText(), i);
      }
    }
  }

  private static JsonNode parseIfThere(Path file) {
    return Files.exists(file) ? parse(file) : new ObjectMapper().createObjectNode();
  }

  private static JsonNode parse(Path file) {
    try {
      JsonNode json = new ObjectMapper().readTree(Reading.text(file));
      if (json.isObject()) {
        return json;
      }
      throw new GraftException(
          ErrorCode.TOKENIZER,
          file + ": expected a JSON object, received " + json.getNodeType() + ". Fetch it again.");
    } catch (JsonProcessingException e) {
      throw new GraftException(
          ErrorCode.TOKENIZER,
          file
              + ": expected JSON, received text that is not: "
              + e.getOriginalMessage()
              + ". Fetch it again.",
          e);
    }
  }

  /** A template, which is called default, or several by their names. */
  private static Map<String, String> templatesOf(JsonNode config) {
    JsonNode template = config.path("chat_template");
    if (template.isTextual()) {
      return Map.of(DEFAULT, template.textValue());
    }
    Map<String, String> out = new TreeMap<>();
    for (JsonNode named : template) {
      if (named.path("name").isTextual() && named.path("template").isTextual()) {
        out.put(named.path("name").textValue(), named.path("template").textValue());
      }
    }
    return out;
  }

  Optional<String> chatTemplate() {
    return Optional.ofNullable(templates.get(DEFAULT));
  }

  Map<String, String> chatTemplates() {
    return templates;
  }

  /** What the vocabulary calls its special tokens. */
  Set<String> specialTokens() {
    return specialTokens;
  }

  /** All {@code ..._token} of the configuration by their keys. */
  Map<String, String> tokenTexts() {
    Map<String, String> out = new TreeMap<>();
    config
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (key.endsWith("_token")) {
                tokenText(key).ifPresent(text -> out.put(key, text));
              }
            });
    return out;
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  boolean isSpecial(int id) {
    return special.contains(id);
  }

  int vocabSize() {
    return ids.values().stream().mapToInt(v -> v + 1).max().orElse(0);
  }

  /** The text of {@code bos_token}, {@code eos_token} and the like; a string or an object. */
  Optional<String> tokenText(String key) {
    JsonNode token = config.path(key);
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  /** The id of a role's token: as the tokenizer names it, else as the model does. */
  OptionalInt roleId(String role) {
    Optional<String> text = tokenText(role + "_token");
    if (text.isPresent()) {
      OptionalInt id = id(text.get());
      if (id.isPresent()) {
        return id;
      }
    }
    JsonNode id = modelConfig.path(role + "_token_id");
    JsonNode first = id.isArray() ? id.path(0) : id;
    return first.isIntegralNumber() ? OptionalInt.of(first.intValue()) : OptionalInt.empty();
  }

  /** {@code add_bos_token} where it is said. */
  Optional<Boolean> addBos() {
    JsonNode flag = config.path("add_bos_token");
    return flag.isBoolean() ? Optional.of(flag.booleanValue()) : Optional.empty();
  }
}
