package dev.graft.training.data;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

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
  },
  /** Objects whose fields stand in a template that the recipe writes, a {@link PromptTemplate}. */
  TEMPLATE {
    @Override
    public Example read(Fields row) {
      throw needs(row, "the recipe's prompt");
    }
  },
  /** Objects with {@code messages} of a role and a content each, as of OpenAI's interface. */
  MESSAGES {
    @Override
    public Example read(Fields row) {
      throw needs(row, A_CHAT_TEMPLATE);
    }
  },
  /** Objects with {@code conversations} of {@code from} and {@code value}, as of ShareGPT. */
  SHAREGPT {
    @Override
    public Example read(Fields row) {
      throw needs(row, A_CHAT_TEMPLATE);
    }
  };

  private static final String A_CHAT_TEMPLATE = "a chat template";

  GraftException needs(Fields row, String what) {
    return new GraftException(
        ErrorCode.CHAT_TEMPLATE,
        row.origin()
            + ": expected "
            + what
            + " to render rows of type "
            + id()
            + ", received none");
  }

  /** Whether rows of it are conversations, which need a chat template. */
  public boolean isChat() {
    return this == MESSAGES || this == SHAREGPT;
  }

  @Override
  public String id() {
    return ConfigBinder.word(this);
  }
}
