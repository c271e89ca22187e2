package dev.graft.experiments.measure;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.experiments.results.MaskedText;
import dev.graft.models.ModelFolder;
import dev.graft.models.evaluation.Answer;
import dev.graft.models.evaluation.AnswerItem;
import dev.graft.models.evaluation.CharacterAccuracy;
import dev.graft.models.evaluation.ChoiceItem;
import dev.graft.models.evaluation.Evaluator;
import dev.graft.models.evaluation.HeldOutItem;
import dev.graft.models.evaluation.LossByRole;
import dev.graft.models.evaluation.Share;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.DatasetReader;
import dev.graft.training.data.Example;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.TokenizerEncoder;
import dev.graft.training.run.LiveModel;
import dev.graft.training.run.PreparedRun;
import dev.graft.training.run.Probe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the measures of a study. Texts are read and tokenized once for a run. Used by one thread.
 */
public final class StudyProbe implements Probe, AutoCloseable {
  private final Map<String, MeasureSpec> measures;
  private final Tokenizer tokenizer;
  private final ExampleTokenizer encoder;
  private final Set<Integer> stopIds;
  private final Map<String, List<HeldOutItem>> texts = new HashMap<>();
  private final Map<String, List<AnswerItem>> prompts = new HashMap<>();
  private final Map<String, List<ChoiceItem>> choices = new HashMap<>();
  private boolean measured;
  private Optional<MaskedText> example = Optional.empty();

  /**
   * Measures models of a folder.
   *
   * @param measures by name
   */
  public StudyProbe(Map<String, MeasureSpec> measures, ModelFolder folder) {
    this.measures = new LinkedHashMap<>(measures);
    this.tokenizer = folder.openTokenizer();
    this.encoder = new ExampleTokenizer(new TokenizerEncoder(tokenizer));
    this.stopIds = folder.stopIds(tokenizer);
  }

  @Override
  public boolean wants(int step, int totalSteps) {
    return measures.values().stream().anyMatch(m -> m.wants(step, totalSteps));
  }

  @Override
  public Map<String, Double> measure(LiveModel model, PreparedRun run, int step) {
    if (!measured) {
      measured = true;
      example = FirstExample.of(run, encoder, tokenizer);
    }
    int total = run.plan().steps();
    Map<String, Double> out = new LinkedHashMap<>();
    measures.forEach(
        (name, m) -> {
          if (m.wants(step, total)) {
            out.put(name, value(name, m, model, run.trainingRows()));
          }
        });
    return out;
  }

  /** The first example of the run that was measured, where one was and trains on its first row. */
  public Optional<MaskedText> example() {
    return example;
  }

  /** All measures of a model that is not trained, but those of the rows that runs train on. */
  public Map<String, Double> measure(LiveModel model) {
    Map<String, Double> out = new LinkedHashMap<>();
    measures.forEach(
        (name, m) -> {
          if (!m.ofTrainingRows()) {
            out.put(name, value(name, m, model, List.of()));
          }
        });
    return out;
  }

  private double value(
      String name, MeasureSpec m, LiveModel model, Iterable<Example> trainingRows) {
    double value =
        switch (m.type()) {
          case LOSS -> loss(texts.computeIfAbsent(name, n -> texts(m, trainingRows)), m, model);
          case EXACT -> exact(m, model);
          case ANSWERS, CHARACTERS ->
              answers(prompts.computeIfAbsent(name, n -> prompts(m)), m, model);
          case CHOICES -> choices(choices.computeIfAbsent(name, n -> choices(m)), m, model);
        };
    if (!Double.isFinite(value)) {
      throw new GraftException(
          ErrorCode.LOSS_NOT_FINITE,
          "expected a finite value of the measure '"
              + name
              + "', received "
              + value
              + "; the model's weights are probably not finite, lower the learning rate");
    }
    return value;
  }

  private static double loss(List<HeldOutItem> items, MeasureSpec m, LiveModel model) {
    try (Evaluator evaluator = evaluator(model)) {
      LossByRole losses = LossByRole.sum(evaluator.heldOut(items));
      if (m.role().isEmpty()) {
        return losses.total().mean();
      }
      Role role = m.role().get();
      if (!losses.byRole().containsKey(role)) {
        throw new GraftException(
            ErrorCode.DATA_EMPTY,
            "expected tokens of the role "
                + role
                + " in the rows of a measure, received only "
                + losses.byRole().keySet()
                + "; correct role or format of the measure");
      }
      return losses.byRole().get(role).mean();
    }
  }

  private double exact(MeasureSpec m, LiveModel model) {
    Measure of = m.of().orElseThrow();
    List<Question> questions = of.questions(Path.of(m.path().orElseThrow()), m.limit(), m.plain());
    try (Evaluator evaluator = evaluator(model)) {
      return new ExactMatch(evaluator, tokenizer, stopIds).score(of, questions).value();
    }
  }

  private double answers(List<AnswerItem> items, MeasureSpec m, LiveModel model) {
    List<Answer> answers;
    try (Evaluator evaluator = evaluator(model)) {
      answers =
          evaluator.answers(
              items, GenerationConfig.greedy(m.maxTokens(), stopIds), tokenizer::decode, m.match());
    }
    if (m.type() == MeasureType.ANSWERS) {
      return Share.of(answers, Answer::exact).value();
    }
    Share sum = CharacterAccuracy.UUID.of(answers.get(0).text(), items.get(0).references().get(0));
    for (int i = 1; i < items.size(); i++) {
      sum =
          sum.plus(
              CharacterAccuracy.UUID.of(answers.get(i).text(), items.get(i).references().get(0)));
    }
    return sum.value();
  }

  private static double choices(List<ChoiceItem> items, MeasureSpec m, LiveModel model) {
    try (Evaluator evaluator = evaluator(model)) {
      return Share.of(evaluator.choices(items), m.metric()::right).value();
    }
  }

  private static Evaluator evaluator(LiveModel model) {
    return new Evaluator(model.placed(), model.backend(), model.compiler());
  }

  private List<HeldOutItem> texts(MeasureSpec m, Iterable<Example> trainingRows) {
    List<HeldOutItem> out = new ArrayList<>();
    for (Example e : some(m, trainingRows)) {
      HeldOutItem whole = HeldOutItem.of(encoder.tokenize(e.rendering()));
      for (int from = 0;
          from + 1 < whole.ids().size() && out.size() < m.limit();
          from += m.length() - 1) {
        int to = Math.min(whole.ids().size(), from + m.length());
        out.add(new HeldOutItem(whole.ids().subList(from, to), whole.roles().subList(from, to)));
      }
    }
    return out;
  }

  private List<AnswerItem> prompts(MeasureSpec m) {
    List<AnswerItem> out = new ArrayList<>();
    for (Example e : some(m, List.of())) {
      String prompt = e.prompt().text();
      List<Integer> ids =
          encoder.tokenize(e.prompt()).tokens().stream().map(TokenizedExample.Token::id).toList();
      out.add(new AnswerItem(ids, List.of(e.rendering().text().substring(prompt.length()))));
    }
    return out;
  }

  private List<ChoiceItem> choices(MeasureSpec m) {
    return ChoiceRows.read(Path.of(m.path().orElseThrow()), m.limit(), tokenizer);
  }

  private static List<Example> some(MeasureSpec m, Iterable<Example> trainingRows) {
    Iterable<Example> rows =
        m.path().isEmpty() ? trainingRows : DatasetReader.open(Path.of(m.path().get()), m.rows());
    List<Example> out = new ArrayList<>();
    for (Example e : rows) {
      if (out.size() < m.limit()) {
        out.add(e); // Reading to the end closes the file.
      }
    }
    if (out.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one row for a measure, received none in "
              + m.path().orElse("the rows trained on"));
    }
    return out;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
