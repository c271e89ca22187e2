package dev.graft.experiments.measure;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.models.evaluation.Answer;
import dev.graft.models.evaluation.Evaluator;
import dev.graft.models.evaluation.Share;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.TokenizerEncoder;
import java.util.List;
import java.util.Set;

/** Asks a world's questions, with greedy generation. */
public final class ExactMatch {
  private final Evaluator evaluator;
  private final Tokenizer decoder;
  private final ExampleTokenizer tokenizer;
  private final Set<Integer> stopIds;

  /**
   * Measures one model; the caller closes the evaluator and the tokenizer.
   *
   * @param stopIds the ids that end a text
   */
  public ExactMatch(Evaluator evaluator, Tokenizer tokenizer, Set<Integer> stopIds) {
    this.evaluator = evaluator;
    this.decoder = tokenizer;
    this.tokenizer = new ExampleTokenizer(new TokenizerEncoder(tokenizer));
    this.stopIds = Set.copyOf(stopIds);
  }

  /**
   * Asks all questions; gives how many of the answers are right.
   *
   * @throws GraftException {@code data.empty} when there are none
   */
  public Share score(Measure measure, List<Question> questions) {
    if (questions.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one question for " + measure + ", received none");
    }
    List<Answer> answers =
        evaluator.answers(
            questions.stream().map(q -> ids(q.prompt())).toList(),
            questions.stream().map(Question::right).toList(),
            GenerationConfig.greedy(measure.maxTokens(), stopIds),
            decoder::decode);
    return Share.of(answers, Answer::exact);
  }

  private List<Integer> ids(Rendering prompt) {
    return tokenizer.tokenize(prompt).tokens().stream().map(TokenizedExample.Token::id).toList();
  }
}
