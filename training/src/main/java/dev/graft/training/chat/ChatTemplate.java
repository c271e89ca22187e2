package dev.graft.training.chat;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Reading;
import dev.graft.models.tokenizer.ChatSettings;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Example;
import dev.graft.training.data.Fields;
import dev.graft.training.data.RowFormat;
import dev.graft.training.jinja.Template;
import dev.graft.training.jinja.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A chat template: how a model's conversations are written. It comes from the recipe, or from the
 * model's folder, where one called {@code tool_use} is for conversations with tools.
 */
public final class ChatTemplate {
  /** What stands between an instruction and its input where they become one message. */
  static final String BEFORE_INPUT = "\n\n";

  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  private final String source;
  private final String sha256;
  private final Map<String, Template> templates;
  private final Map<String, Object> names;
  private final Markers markers;

  private ChatTemplate(
      String source,
      Map<String, String> texts,
      Map<String, Object> names,
      Set<String> specialTokens) {
    this.source = source;
    this.sha256 = hash(texts);
    this.templates = new TreeMap<>();
    texts.forEach((name, text) -> templates.put(name, Template.parse(called(source, name), text)));
    this.names = Map.copyOf(names);
    this.markers = new Markers(specialTokens);
  }

  /**
   * The chat template of a run.
   *
   * @param written what the recipe says: a template, known by its double braces or statements, or
   *     the path of one
   * @param date the day that {@code strftime_now} gives; without it, templates do not have {@code
   *     strftime_now}, so that no text depends on the day of the run
   * @throws GraftException {@code chat.template} when there is none; {@code file.malformed}, {@code
   *     file.missing}
   */
  public static ChatTemplate of(
      ChatSettings settings, Optional<String> written, Optional<LocalDate> date) {
    Map<String, Object> names = new LinkedHashMap<>();
    settings.tokens().forEach((key, text) -> names.put(key, Text.literal(text)));
    date.ifPresent(d -> names.put("strftime_now", d));
    if (written.isPresent()) {
      boolean inline = isInline(written.get());
      String text = inline ? written.get() : read(Path.of(written.get()));
      String source = inline ? "chat_template in the recipe" : written.get();
      return new ChatTemplate(source, Map.of(DEFAULT, text), names, settings.specialTokens());
    }
    Map<String, String> texts = new TreeMap<>(settings.templates());
    texts.keySet().retainAll(Set.of(DEFAULT, TOOL_USE));
    if (!texts.containsKey(DEFAULT)) {
      throw new GraftException(
          ErrorCode.CHAT_TEMPLATE,
          "expected a chat template, which rows of messages are rendered with, in the model's"
              + " folder "
              + settings.folder()
              + " (chat_template.jinja, or chat_template in tokenizer_config.json), received "
              + (settings.templates().isEmpty()
                  ? "none"
                  : "only those called " + new TreeMap<>(settings.templates()).keySet())
              + "; set chat_template in the recipe to a file, or choose a model that has one");
    }
    return new ChatTemplate(settings.folder().toString(), texts, names, settings.specialTokens());
  }

  /** Whether a recipe's key holds a template and not the path of one. */
  public static boolean isInline(String written) {
    return written.contains("{{") || written.contains("{%");
  }

  private static String read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected a chat template at "
              + file
              + ", received no such file; correct chat_template in the recipe, which is a path or"
              + " a template in Jinja");
    }
    return Reading.text(file);
  }

  private static String called(String source, String name) {
    return name.equals(DEFAULT) ? source : source + " (" + name + ")";
  }

  private static String hash(Map<String, String> texts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      // One template hashes as its text does, so that the hash is that of a file.
      if (texts.size() == 1) {
        texts.values().forEach(t -> digest.update(t.getBytes(StandardCharsets.UTF_8)));
      } else {
        new TreeMap<>(texts)
            .forEach(
                (name, t) -> {
                  digest.update((name + " " + t.length() + "\n").getBytes(StandardCharsets.UTF_8));
                  digest.update(t.getBytes(StandardCharsets.UTF_8));
                });
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** Where it comes from. */
  public String source() {
    return source;
  }

  /** The SHA-256 of the template's text, or of both where there is one for tools. */
  public String sha256() {
    return sha256;
  }

  /** Rows of a type, rendered through this template. */
  public RowFormat rows(DatasetType type) {
    return new Rows(type);
  }

  Markers markers() {
    return markers;
  }

  /** The text of a conversation's first messages, every character with its source. */
  Text render(Conversation conversation, int messages, boolean generationPrompt) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>(names);
    context.put("messages", Values.messages(conversation, messages));
    context.put(
        "tools",
        conversation.tools().isEmpty()
            ? null
            : Values.of(conversation.tools().get(), Values.TOOLS));
    context.put("documents", null);
    context.put("add_generation_prompt", generationPrompt);
    boolean tools = conversation.tools().isPresent() && templates.containsKey(TOOL_USE);
    Template template = templates.get(tools ? TOOL_USE : DEFAULT);
    if (template == null) {
      throw new IllegalStateException(source);
    }
    return template.render(context);
  }

  private final class Rows implements RowFormat {
    private final DatasetType type;

    Rows(DatasetType type) {
      this.type = type;
    }

    @Override
    public String id() {
      return ConfigBinder.word(type);
    }

    @Override
    public Example read(Fields row) {
      return new ChatRenderer(ChatTemplate.this, row, ConversationReader.read(type, row)).render();
    }
  }
}
