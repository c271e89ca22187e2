package dev.graft.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.api.tensor.DType;
import dev.graft.models.Fixture;
import dev.graft.models.PlacedModel;
import dev.graft.models.SavedAdapter;
import dev.graft.models.Scorer;
import dev.graft.models.TestBackend;
import dev.graft.models.generation.GenerationConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluatorTest {
  private final Fixture fixture = new Fixture();

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  private Backend open(String name) {
    Backend backend = TestBackend.open(name);
    fixture.folder.weights().load(backend, DType.F32);
    return backend;
  }

  private Evaluator evaluator(Backend backend) {
    return new Evaluator(
        new PlacedModel(fixture.model(), Optional.empty(), DType.F32),
        backend,
        TestBackend.compiler(backend));
  }

  private List<Integer> numbers(String field) {
    List<Integer> out = new ArrayList<>();
    fixture.json("greedy.json").path(field).forEach(n -> out.add(n.intValue()));
    return out;
  }

  /** What transformers generated is the reference; another prompt's answer is not. */
  @ParameterizedTest
  @MethodSource("backends")
  void exactMatchOfGreedyAnswers(String name) {
    String right = Arrays.toString(numbers("greedy12").stream().mapToInt(i -> i).toArray());
    List<AnswerItem> items =
        List.of(
            new AnswerItem(List.of(3, 4, 5), List.of(right)),
            new AnswerItem(numbers("prompt"), List.of("[0]", right)));
    try (Backend backend = open(name);
        Evaluator evaluator = evaluator(backend)) {
      List<Answer> answers =
          evaluator.answers(
              items,
              GenerationConfig.greedy(12, Set.of()),
              Arrays::toString,
              UnaryOperator.identity());
      assertThat(answers).extracting(Answer::exact).containsExactly(false, true);
      assertThat(answers.get(1).text()).isEqualTo(right);
      assertThat(answers.get(1).generation().ids()).isEqualTo(numbers("greedy12"));
      assertThat(Share.of(answers, Answer::exact).value()).isEqualTo(0.5);
    }
  }

  /** Sums of what the scorer, which is tested against transformers, gives for whole rows. */
  @ParameterizedTest
  @MethodSource("backends")
  void choicesAreTakenByTheSumOfTheirTokens(String name) {
    List<Integer> context = numbers("prompt");
    List<List<Integer>> ids = List.of(List.of(7, 8, 9), numbers("greedy12").subList(0, 2));
    List<ChoiceItem.Choice> choices =
        ids.stream().map(i -> new ChoiceItem.Choice("x".repeat(i.size()), i)).toList();
    ChoiceItem item = new ChoiceItem(context, choices, 1);
    ChoiceItem other = new ChoiceItem(List.of(5), List.of(choices.get(1), choices.get(0)), 0);
    try (Backend backend = open(name);
        Evaluator evaluator = evaluator(backend)) {
      List<MultipleChoice> taken = evaluator.choices(List.of(other, item));
      assertThat(taken.get(1).acc()).isTrue();
      assertThat(taken).isEqualTo(evaluator.choices(List.of(other, item)));
      for (int c = 0; c < 2; c++) {
        List<Integer> row = new ArrayList<>(context);
        row.addAll(ids.get(c));
        double expected = 0;
        Scorer.Row scored = score(backend, row);
        for (int i = context.size(); i < row.size(); i++) {
          expected += scored.logprob(i).orElseThrow();
        }
        assertThat(taken.get(1).logLikelihoods().get(c)).isCloseTo(expected, within(1e-4));
      }
    }
  }

  private Scorer.Row score(Backend backend, List<Integer> row) {
    return new Scorer(
            new PlacedModel(fixture.model(), Optional.empty(), DType.F32),
            TestBackend.compiler(backend))
        .score(List.of(row.stream().mapToInt(i -> i).toArray()))
        .rows()
        .get(0);
  }

  @Test
  void aTokensLossBelongsToItsOwnRole() {
    List<Integer> ids = List.of(11, 12, 13, 14);
    List<Role> roles = List.of(Role.SPECIAL, Role.INSTRUCTION, Role.RESPONSE, Role.RESPONSE);
    TokenizedExample example =
        new TokenizedExample(
            "abcd",
            IntStream.range(0, 4)
                .mapToObj(i -> new Token(ids.get(i), i, i + 1, roles.get(i), 0, false))
                .toList());
    try (Backend backend = open("reference");
        Evaluator evaluator = evaluator(backend)) {
      LossByRole loss = evaluator.heldOut(List.of(HeldOutItem.of(example))).get(0);
      Scorer.Row row = score(backend, ids);
      // The first token is not predicted, so that its role has no loss.
      assertThat(loss.byRole()).containsOnlyKeys(Role.INSTRUCTION, Role.RESPONSE);
      assertThat(loss.byRole().get(Role.INSTRUCTION))
          .isEqualTo(new Loss(-row.logprob(1).orElseThrow(), 1));
      assertThat(loss.byRole().get(Role.RESPONSE))
          .isEqualTo(new Loss(-row.logprob(2).orElseThrow() - row.logprob(3).orElseThrow(), 2));
      assertThat(loss.total().mean()).isCloseTo(row.loss().orElseThrow(), within(1e-12));
    }
  }

  @Test
  void anAdapterIsMeasuredWithItsModel() {
    SavedAdapter adapter = fixture.adapter("lora").bind(fixture.model());
    List<HeldOutItem> items =
        List.of(new HeldOutItem(List.of(1, 2, 3), List.of(Role.INPUT, Role.INPUT, Role.INPUT)));
    try (Backend backend = open("reference")) {
      adapter.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
      try (Evaluator with =
              new Evaluator(
                  new PlacedModel(fixture.model(), Optional.of(adapter.binding()), DType.F32),
                  backend,
                  TestBackend.compiler(backend));
          Evaluator without = evaluator(backend)) {
        assertThat(with.heldOut(items)).isNotEqualTo(without.heldOut(items));
      }
    }
  }
}
