package dev.graft.experiments.measure;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.PromptTemplate;
import dev.graft.training.data.RowFormat;
import java.util.Optional;

/** A measure as a study's file describes it. */
public record MeasureSpec(
    @Doc("loss, exact, answers, characters or choices.") MeasureType type,
    @Doc("What people read in tables; the measure's name when absent.") Optional<String> label,
    @Doc("The file with rows; without it, a loss is that of the rows trained on.")
        Optional<String> path,
    @Default("alpaca") @Doc("The form of the rows: alpaca, prompt-completion, text or template.")
        DatasetType format,
    @Doc("With format template: the text of a row, as in a recipe.") Optional<String> prompt,
    @Doc("Of a loss: the role whose tokens count, as response; all when absent.")
        Optional<Role> role,
    @Doc("Of exact: facts, narratives, maths or stack, in the world that path is.")
        Optional<Measure> of,
    @Default("false")
        @Doc("Of exact: asks tasks as the world's plain texts write them, not as instructions.")
        boolean plain,
    @Default("text") @Doc("Of answers: whether the text has to be equal or its last number.")
        Match match,
    @Default("acc") @Doc("Of choices: acc or acc-norm, as lm-evaluation-harness defines them.")
        ChoiceMetric metric,
    @Default("100") @Doc("The most rows, or pieces of longer texts; the first of the file.")
        int limit,
    @Default("64") @Doc("Of answers and characters: the most tokens of an answer.") int maxTokens,
    @Default("256") @Doc("Of a loss: longer texts are cut into pieces of so many tokens.")
        int length,
    @Doc("Also measures after every so many steps.") Optional<Integer> every) {
  public MeasureSpec {
    if (type == MeasureType.EXACT && of.isEmpty()) {
      throw bad("of", "one of facts, narratives, maths and stack with type exact", "none");
    }
    if (type != MeasureType.LOSS && path.isEmpty()) {
      throw bad("path", "the file to ask from, or the folder of the world", "none");
    }
    if (format.isChat()) {
      throw bad("format", "alpaca, prompt-completion, text or template", format.id());
    }
    if ((format == DatasetType.TEMPLATE) != prompt.isPresent()) {
      throw bad("prompt", "a prompt with format template and only there", format.id());
    }
    prompt.ifPresent(PromptTemplate::of);
    if (type.asks() && format == DatasetType.TEXT) {
      throw bad(
          "format", "rows with an answer: alpaca, prompt-completion or template", format.id());
    }
    positive("limit", limit);
    positive("max_tokens", maxTokens);
    positive("length", length - 1);
    every.ifPresent(n -> positive("every", n));
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw bad(key, "a number of at least " + (key.equals("length") ? 2 : 1), "less");
    }
  }

  private static GraftException bad(String key, String expected, String received) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected "
            + expected
            + " for '"
            + key
            + "' of a measure, received "
            + received
            + "; correct the study's file");
  }

  /** What reports show of it. */
  public MeasureInfo info(String name) {
    return new MeasureInfo(name, label.orElse(name), type.direction(), type.unit());
  }

  /** Whether it looks at the rows that a run trains on, so that a base model has no value. */
  public boolean ofTrainingRows() {
    return path.isEmpty();
  }

  /** How the rows of its file become examples. */
  RowFormat rows() {
    return prompt.<RowFormat>map(PromptTemplate::of).orElse(format);
  }

  /** Whether it is measured after so many steps. */
  boolean wants(int step, int totalSteps) {
    return step == totalSteps || (step > 0 && every.isPresent() && step % every.get() == 0);
  }
}
