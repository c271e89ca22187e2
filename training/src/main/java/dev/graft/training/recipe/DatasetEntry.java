package dev.graft.training.recipe;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.PromptTemplate;
import java.util.Optional;

/**
 * A data set of a recipe.
 *
 * @param path the file
 * @param type the form of its rows
 * @param weight how often an epoch trains on each of its rows on average
 * @param chat whether rows that are no conversations are rendered as such
 * @param prompt the template of rows of type template
 */
public record DatasetEntry(
    @Doc("The file: a JSON array, JSON Lines, gzip of either, Parquet, or a .txt file.")
        String path,
    @Doc("The form of its rows.") DatasetType type,
    @Default("1")
        @Doc("How often an epoch trains on each row: 2 is twice, 0.5 is half of them, by the seed.")
        double weight,
    @Default("false")
        @Doc("Renders alpaca or prompt-completion rows through the chat template, as two messages.")
        boolean chat,
    @Doc("With type template: the text of a row, with {field} or {field:role} in its places.")
        Optional<String> prompt) {
  private static final double MAX_WEIGHT = 1000;

  /** Whether its rows are rendered through a chat template. */
  public boolean isChat() {
    return chat || type.isChat();
  }

  /** A data set whose rows are rendered as their type says. */
  public DatasetEntry(String path, DatasetType type, double weight) {
    this(path, type, weight, false, Optional.empty());
  }

  public DatasetEntry {
    boolean template = type == DatasetType.TEMPLATE;
    if (template != prompt.isPresent()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected 'prompt' with type template and only there, received type "
              + type.id()
              + (template ? " without it" : " with it")
              + "; a prompt is a text such as '{question:instruction}\\n{response}'");
    }
    prompt.ifPresent(PromptTemplate::of);
    if (chat && (template || type == DatasetType.TEXT)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected 'chat: true' with rows that are a prompt and an answer, received type "
              + type.id()
              + "; remove it");
    }
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a weight above 0 and at most 1000 for a data set under 'datasets' in the"
              + " recipe, received "
              + weight
              + "; to leave a data set out, remove its entry");
    }
  }
}
