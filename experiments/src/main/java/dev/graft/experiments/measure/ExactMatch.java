package dev.graft.experiments.measure;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.models.generation.Generation;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.TokenizerEncoder;
import java.util.List;
import java.util.Set;

/** Counts right answers of greedy generation. */
public final class ExactMatch {
  private final Generator generator;
  private final Tokenizer decoder;
  private final ExampleTokenizer tokenizer;
  private final Set<Integer> stopIds;

  /**
   * Measures one model; the caller closes the generator and the tokenizer.
   *
   * @param stopIds the ids that end a text
   */
  public ExactMatch(Generator generator, Tokenizer tokenizer, Set<Integer> stopIds) {
    this.generator = generator;
    this.decoder = tokenizer;
    this.tokenizer = new ExampleTokenizer(new TokenizerEncoder(tokenizer));
    this.stopIds = Set.copyOf(stopIds);
  }

  /**
   * How many of how many answers are right.
   *
   * @param right from 0 to {@code all}
   */
  public record Score(int right, int all) {
    /** From 0 to 1. */
    public double share() {
      return (double) right / all;
    }
  }

  /**
   * Asks all questions.
   *
   * @throws GraftException {@code data.empty} when there are none
   */
  public Score score(Measure measure, List<Question> questions) {
    if (questions.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY,
          "expected at least one question for " + measure + ", received none");
    }
    List<Generation> answers =
        generator.generate(
            questions.stream().map(q -> ids(q.prompt())).toList(),
            GenerationConfig.greedy(measure.maxTokens(), stopIds),
            (row, id) -> {});
    int right = 0;
    for (int i = 0; i < answers.size(); i++) {
      if (questions.get(i).right().test(decoder.decode(answers.get(i).toArray()))) {
        right++;
      }
    }
    return new Score(right, questions.size());
  }

  private int[] ids(Rendering prompt) {
    return tokenizer.tokenize(prompt).tokens().stream()
        .mapToInt(TokenizedExample.Token::id)
        .toArray();
  }
}
