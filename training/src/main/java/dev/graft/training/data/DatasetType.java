package dev.graft.training.data;

import dev.graft.api.config.ConfigBinder;

/** The form of a data set's rows; recipes name it in kebab-case. */
public enum DatasetType implements RowFormat {
  /** Objects with {@code instruction}, {@code output} and possibly {@code input}. */
  ALPACA {
    @Override
    public Example read(Fields row) {
      return new AlpacaExample(
          row.origin(),
          row.text("instruction"),
          row.optionalText("input").orElse(""),
          row.text("output"));
    }
  },
  /** Objects with {@code prompt} and {@code completion}. */
  PROMPT_COMPLETION {
    @Override
    public Example read(Fields row) {
      return new PromptCompletionExample(row.origin(), row.text("prompt"), row.text("completion"));
    }
  },
  /**
   * Plain text for continued pretraining: objects with {@code text}, or one text in a .txt file.
   */
  TEXT {
    @Override
    public Example read(Fields row) {
      return new TextExample(row.origin(), row.text("text"));
    }

    @Override
    public boolean takesPlainText() {
      return true;
    }
  };

  @Override
  public String id() {
    return ConfigBinder.word(this);
  }
}
