package dev.graft.models.evaluation;

import dev.graft.api.backend.Backend;
import dev.graft.api.masking.Role;
import dev.graft.models.GraphCompiler;
import dev.graft.models.PlacedModel;
import dev.graft.models.Scorer;
import dev.graft.models.generation.Generation;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.generation.TokenListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures a model whose weights, and whose adapter's parameters, a backend holds. Every measure
 * gives one result per item, in their order, so that runs can be compared item by item; what an
 * item gives does not depend on the others beyond rounding, and the same call gives the same again.
 *
 * <p>Used by one thread. It holds a {@link Generator}, with its rules; compiled graphs read the
 * weights as they are when they run, so it may be kept while a model is trained.
 */
public final class Evaluator implements AutoCloseable {
  private final Generator generator;
  private final Scorer scorer;

  /**
   * An evaluator.
   *
   * @param compiler compiles for the same backend
   */
  public Evaluator(PlacedModel placed, Backend backend, GraphCompiler compiler) {
    generator = new Generator(placed, backend, compiler);
    scorer = new Scorer(placed, compiler);
  }

  /**
   * Answers prompts and compares the answers with the references.
   *
   * @param config usually {@link GenerationConfig#greedy}
   * @param decode the text of ids, usually without special tokens
   * @param normalizer of answers and references, such as {@link TextNormalizer}
   */
  public List<Answer> answers(
      List<AnswerItem> items,
      GenerationConfig config,
      Function<int[], String> decode,
      UnaryOperator<String> normalizer) {
    return answers(
        items.stream().map(AnswerItem::prompt).toList(),
        items.stream().<Predicate<String>>map(i -> t -> i.accepts(t, normalizer)).toList(),
        config,
        decode);
  }

  /**
   * Answers prompts whose answers are not compared with references but tested, for example by
   * running them.
   *
   * @param prompts ids, with the start of text where the model wants one
   * @param right for every prompt, whether the text of an answer is right
   * @param config usually {@link GenerationConfig#greedy}
   * @param decode the text of ids, usually without special tokens
   */
  public List<Answer> answers(
      List<List<Integer>> prompts,
      List<Predicate<String>> right,
      GenerationConfig config,
      Function<int[], String> decode) {
    if (prompts.size() != right.size()) {
      throw new IllegalArgumentException(
          "expected a test for each of " + prompts.size() + " prompts, received " + right.size());
    }
    List<Generation> generated =
        generator.generate(
            prompts.stream().map(Evaluator::array).toList(), config, TokenListener.none());
    List<Answer> out = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      String text = decode.apply(generated.get(i).toArray());
      out.add(new Answer(text, generated.get(i), right.get(i).test(text)));
    }
    return out;
  }

  /** Takes the likeliest choice of every question. */
  public List<MultipleChoice> choices(List<ChoiceItem> items) {
    List<int[]> rows =
        items.stream()
            .flatMap(i -> i.choices().stream().map(c -> joined(i.context(), c.ids())))
            .toList();
    List<Scorer.Row> scored = scorer.score(rows).rows();
    List<MultipleChoice> out = new ArrayList<>();
    int next = 0;
    for (ChoiceItem item : items) {
      int size = item.choices().size();
      int from = item.context().size();
      out.add(
          MultipleChoice.of(
              item.choices().stream().map(ChoiceItem.Choice::text).toList(),
              scored.subList(next, next + size).stream()
                  .map(row -> logLikelihood(row, from))
                  .toList(),
              item.gold()));
      next += size;
    }
    return out;
  }

  private static double logLikelihood(Scorer.Row row, int from) {
    return IntStream.rangeClosed(from, row.targets())
        .mapToDouble(i -> row.logprob(i).orElseThrow())
        .sum();
  }

  /** The loss of every text, by role. */
  public List<LossByRole> heldOut(List<HeldOutItem> items) {
    List<Scorer.Row> scored = scorer.score(items.stream().map(i -> array(i.ids())).toList()).rows();
    List<LossByRole> out = new ArrayList<>();
    for (int r = 0; r < items.size(); r++) {
      Scorer.Row row = scored.get(r);
      double[] nll =
          IntStream.rangeClosed(1, row.targets())
              .mapToDouble(i -> -row.logprob(i).orElseThrow())
              .toArray();
      List<Role> roles = items.get(r).roles();
      out.add(LossByRole.of(roles.subList(1, roles.size()), nll));
    }
    return out;
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] joined(List<Integer> context, List<Integer> choice) {
    return Stream.of(context, choice).flatMap(List::stream).mapToInt(Integer::intValue).toArray();
  }

  /** Frees the compiled graphs and the cache. */
  @Override
  public void close() {
    generator.close();
  }
}
