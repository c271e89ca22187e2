package dev.graft.models.tokenizer;

import dev.graft.api.error.GraftException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model folder says about conversations.
 *
 * @param folder the folder
 * @param templates the chat templates, in Jinja, by name: {@code chat_template.jinja} or the one of
 *     tokenizer_config.json is {@code default}; a list there has names of its own
 * @param tokens the texts of {@code bos_token}, {@code eos_token} and the like, by these keys
 * @param specialTokens the texts of the special tokens, those of {@code tokens} among them
 */
public record ChatSettings(
    Path folder,
    Map<String, String> templates,
    Map<String, String> tokens,
    Set<String> specialTokens) {
  public ChatSettings {
    templates = Map.copyOf(templates);
    tokens = Map.copyOf(tokens);
    specialTokens = Set.copyOf(specialTokens);
  }

  /**
   * Reads a folder.
   *
   * @throws GraftException {@code tokenizer} when the tokenizer's files are missing or malformed
   */
  public static ChatSettings of(Path folder) {
    TokenizerFiles files = new TokenizerFiles(folder);
    Map<String, String> tokens = files.tokenTexts();
    Set<String> special = new TreeSet<>(files.specialTokens());
    special.addAll(tokens.values());
    special.remove("");
    return new ChatSettings(folder, files.chatTemplates(), tokens, special);
  }
}
