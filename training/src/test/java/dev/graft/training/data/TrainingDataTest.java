package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.masking.EndOfTurn;
import dev.graft.masking.NoneConfig;
import dev.graft.masking.NoneProvider;
import dev.graft.masking.ResponseOnlyConfig;
import dev.graft.masking.ResponseOnlyProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingDataTest {
  private static final MaskingStrategy RESPONSE =
      new ResponseOnlyProvider().create(new ResponseOnlyConfig(EndOfTurn.ALL));
  private static final MaskingStrategy ALL = new NoneProvider().create(new NoneConfig());
  private static final MaskingStrategy NOTHING = (e, seed) -> new float[e.size()];

  private static List<Example> examples(String... promptAndCompletion) {
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < promptAndCompletion.length; i += 2) {
      Origin origin = new Origin("data.json", i / 2 + 1, i / 2 + 1);
      out.add(
          new PromptCompletionExample(origin, promptAndCompletion[i], promptAndCompletion[i + 1]));
    }
    return out;
  }

  private static TrainingData prepare(
      List<Example> examples, MaskingStrategy mask, int length, Overlength overlength) {
    return TrainingData.prepare(
        examples, FakeEncoder.characters(), mask, 1, length, overlength, Gates.evaluation());
  }

  private static void refuses(ErrorCode code, Runnable call, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts)
        .hasMessageContaining("expected")
        .hasMessageContaining("received");
  }

  /** Rows of 4 over "abcdefghij" with its end: every token but the first is a target once. */
  @Test
  void cutsTextsIntoRowsWithoutOverlap() {
    String text = "abcdefghij";
    List<Example> documents =
        List.of(
            new TextExample(new Origin("t.jsonl", 1, 1), text),
            new TextExample(new Origin("t.jsonl", 2, 2), "xyz"),
            new TextExample(new Origin("t.jsonl", 3, 3), ""));
    TrainingData data = prepare(documents, ALL, 4, Overlength.FAIL);
    assertThat(data.examples().stream().map(MaskedExample::inputs).toList())
        .containsExactly(4, 4, 2, 3);
    assertThat(data.examples().stream().map(e -> e.origin().row()).toList())
        .containsExactly(1, 1, 1, 2);
    List<Integer> inputs = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (MaskedExample e : data.examples().subList(0, 3)) {
      for (int i = 0; i < e.inputs(); i++) {
        inputs.add(e.id(i));
        assertThat(e.weight(i + 1)).isEqualTo(1);
        targets.add(e.id(i + 1));
      }
      assertThat(e.weight(0)).isZero();
    }
    List<Integer> all = new ArrayList<>();
    text.chars().forEach(c -> all.add(FakeEncoder.id(Character.toString(c))));
    all.add(FakeEncoder.EOS);
    assertThat(inputs).isEqualTo(all.subList(0, 10));
    assertThat(targets).isEqualTo(all.subList(1, 11));
    assertThat(data.statistics().tokens()).isEqualTo(11 + 4);
    assertThat(data.statistics().trainedTokens()).isEqualTo(10 + 3);
    assertThat(data.statistics().untrained()).isEqualTo(1);
    assertThat(data.statistics().lengths().max()).isEqualTo(11);
    assertThat(data.statistics().truncated()).isZero();
  }

  @Test
  void weighsAndCounts() {
    TrainingData data = prepare(examples("abc", "xy", "d", "z"), RESPONSE, 16, Overlength.FAIL);
    MaskedExample first = data.examples().get(0);
    assertThat(first.size()).isEqualTo(6);
    assertThat(first.id(3)).isEqualTo(FakeEncoder.id("x"));
    assertThat(first.weight(2)).isZero();
    assertThat(first.weight(3)).isEqualTo(1);
    assertThat(first.inputs()).isEqualTo(5);
    assertThat(first.targets()).isEqualTo(3);
    assertThat(data.statistics())
        .isEqualTo(
            new DataStatistics(
                2,
                2,
                0,
                0,
                0,
                0,
                0,
                9,
                5,
                new LengthStatistics(3, 6, 6, 6, Map.of(4, 1, 8, 1)),
                Map.of(Role.INSTRUCTION, 4L, Role.RESPONSE, 3L, Role.SPECIAL, 2L),
                Map.of(Role.RESPONSE, 3L, Role.SPECIAL, 2L),
                2,
                2));
    assertThat(data.statistics().instructionResponseRatio()).isEqualTo(4 / 3.0);
  }

  @Test
  void theLastTokenOfAFullRowIsPredictedOnly() {
    // abc + xy + end: 6 tokens, of which 5 are inputs.
    assertThat(prepare(examples("abc", "xy"), ALL, 5, Overlength.FAIL).examples()).hasSize(1);
    refuses(
        ErrorCode.DATA_TOO_LONG,
        () -> prepare(examples("a", "b", "abc", "xy"), ALL, 4, Overlength.FAIL),
        "at most 5 tokens",
        "sequence_len 4",
        "received 6 at data.json, row 2 (line 2)",
        "1 of 2 examples",
        "overlength");
  }

  @Test
  void dropsWhatIsTooLong() {
    TrainingData data = prepare(examples("a", "b", "abc", "xy"), ALL, 4, Overlength.DROP);
    assertThat(data.examples()).hasSize(1);
    assertThat(data.statistics().dropped()).isEqualTo(1);
    assertThat(data.statistics().lengths().max()).isEqualTo(6);
    refuses(
        ErrorCode.DATA_TOO_LONG,
        () -> prepare(examples("abc", "xy"), ALL, 4, Overlength.DROP),
        "1 of 1 examples");
  }

  @Test
  void truncatesWhatIsTooLong() {
    TrainingData data =
        prepare(examples("abc", "xyz", "abcde", "x"), RESPONSE, 4, Overlength.TRUNCATE);
    assertThat(data.examples()).hasSize(1);
    MaskedExample e = data.examples().get(0);
    assertThat(e.size()).isEqualTo(5);
    assertThat(e.inputs()).isEqualTo(4);
    assertThat(e.targets()).isEqualTo(2);
    assertThat(data.statistics().truncated()).isEqualTo(2);
    assertThat(data.statistics().truncatedUntrained()).isEqualTo(1);
    assertThat(data.statistics().untrained()).isEqualTo(1);
  }

  /** "abcdef" with "uvwxyz" and its end: rows of 4 from a, e, w; the first has nothing trained. */
  @Test
  void splitsWhatIsTooLong() {
    TrainingData data =
        prepare(examples("abcdef", "uvwxyz", "a", "b"), RESPONSE, 4, Overlength.SPLIT);
    assertThat(data.examples()).extracting(MaskedExample::targets).containsExactly(3, 4, 2);
    assertThat(data.examples()).extracting(MaskedExample::inputs).containsExactly(4, 4, 2);
    assertThat(data.examples().get(0).id(0)).isEqualTo(FakeEncoder.id("e"));
    assertThat(data.statistics().split()).isEqualTo(1);
    assertThat(data.statistics().used()).isEqualTo(3);
    assertThat(data.statistics().trainedTokens()).isEqualTo(9);
    assertThat(data.statistics().dropped()).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void splittingLosesNoTargetAndPacksIntoRows(long seed) {
    Random random = new Random(seed);
    int length = 2 + random.nextInt(30);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Origin origin = new Origin("data.json", i + 1, i + 1);
      String prompt = "p".repeat(random.nextInt(60));
      String completion = "é".repeat(random.nextInt(60));
      examples.add(new PromptCompletionExample(origin, prompt, completion));
    }
    long targets = prepare(examples, RESPONSE, 1000, Overlength.FAIL).statistics().trainedTokens();
    TrainingData data = prepare(examples, RESPONSE, length, Overlength.SPLIT);
    assertThat(data.statistics().trainedTokens()).isEqualTo(targets);
    assertThat(data.examples())
        .allSatisfy(e -> assertThat(e.inputs()).isBetween(1, length))
        .allSatisfy(e -> assertThat(e.targets()).isPositive());
    BatchPlan plan =
        BatchPlan.ofEpochs(
            data.examples(),
            new BatchSettings(length, 2, 2, Packing.BEST_FIT, Order.SHUFFLED),
            seed,
            1);
    long planned = 0;
    long tokens = 0;
    for (int step = 0; step < plan.steps(); step++) {
      for (PackedBatch batch : plan.step(step).microBatches()) {
        planned += batch.targets();
        tokens += batch.tokens();
      }
    }
    assertThat(planned).isEqualTo(targets);
    assertThat(tokens).isEqualTo(data.examples().stream().mapToLong(MaskedExample::inputs).sum());
  }

  @Test
  void refusesAMaskThatLeavesNothing() {
    refuses(
        ErrorCode.MASK_EMPTY,
        () -> prepare(examples("abc", "xy", "d", "z"), NOTHING, 16, Overlength.FAIL),
        "any of 2 examples",
        "6 tokens",
        "RESPONSE=2",
        "abcxy",
        "masking type");
  }

  @Test
  void refusesNoExamples() {
    refuses(
        ErrorCode.DATA_EMPTY,
        () -> prepare(List.of(), ALL, 16, Overlength.FAIL),
        "at least one example");
  }

  @Test
  void refusesMasksThatBreakTheirContract() {
    List<Example> examples = examples("abc", "xy");
    refuses(
        ErrorCode.MASK_INVALID,
        () -> prepare(examples, (e, seed) -> new float[3], 16, Overlength.FAIL),
        "6 weights",
        "received 3",
        "row 1");
    refuses(
        ErrorCode.MASK_INVALID,
        () -> prepare(examples, (e, seed) -> filled(e, 2, 1.5f), 16, Overlength.FAIL),
        "[0, 1]",
        "1.5 for token 2");
    refuses(
        ErrorCode.MASK_INVALID,
        () -> prepare(examples, (e, seed) -> filled(e, 2, Float.NaN), 16, Overlength.FAIL),
        "NaN");
    refuses(
        ErrorCode.MASK_INVALID,
        () -> prepare(examples, (e, seed) -> filled(e, 0, 1), 16, Overlength.FAIL),
        "weight 0 for the first token");
  }

  private static float[] filled(TokenizedExample e, int at, float value) {
    float[] out = new float[e.size()];
    out[at] = value;
    return out;
  }

  @Test
  void showsTheMaskAllExamplesFirst() {
    List<String> seen = new ArrayList<>();
    MaskingStrategy curious =
        new MaskingStrategy() {
          @Override
          public void prepare(Iterable<TokenizedExample> corpus) {
            corpus.forEach(e -> seen.add(e.text()));
          }

          @Override
          public float[] mask(TokenizedExample example, long seed) {
            seen.add("mask " + example.text());
            return ALL.mask(example, seed);
          }
        };
    prepare(examples("a", "b", "c", "d"), curious, 16, Overlength.FAIL);
    assertThat(seen).containsExactly("ab", "cd", "mask ab", "mask cd");
  }

  /** Also what is then left out, and all of a data set that is then refused. */
  @Test
  void tellsOfEveryExampleAsItIsMasked() {
    List<String> seen = new ArrayList<>();
    ExampleObserver observer =
        (origin, e, weights) -> seen.add(origin.row() + " " + e.text() + " " + weights.length);
    List<Example> examples = examples("ab", "cd", "abcdefgh", "ij");
    tell(examples, RESPONSE, Overlength.DROP, observer);
    assertThat(seen).containsExactly("1 abcd 5", "2 abcdefghij 11");
    seen.clear();
    refuses(
        ErrorCode.MASK_EMPTY,
        () -> tell(examples, NOTHING, Overlength.TRUNCATE, observer),
        "none in any of 2");
    assertThat(seen).containsExactly("1 abcd 5", "2 abcdefghij 11");
  }

  private static void tell(
      List<Example> examples, MaskingStrategy mask, Overlength overlength, ExampleObserver told) {
    TrainingData.prepare(
        examples, FakeEncoder.characters(), mask, 1, 5, overlength, Gates.evaluation(), told);
  }
}
