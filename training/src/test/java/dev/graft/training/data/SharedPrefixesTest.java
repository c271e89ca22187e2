package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedPrefixesTest {
  private static final int LENGTH = 64;

  @Test
  void everyExampleHasItsTemplate() {
    List<MaskedExample> examples = TemplatedExamples.draw(1, 70, 1000, 40, false);
    SharedPrefixes found = SharedPrefixes.of(examples);
    for (int e = 0; e < examples.size(); e++) {
      if (e % 7 == 6) {
        assertThat(found.prefix(e)).as("example %d of no template", e).isEqualTo(-1);
        assertThat(found.length(e)).isZero();
      } else {
        assertThat(found.length(e)).isEqualTo(TemplatedExamples.COMMON + TemplatedExamples.OWN);
        assertThat(found.prefix(e)).isEqualTo(found.prefix(e % 3 == 2 ? 2 : 0));
      }
    }
    assertThat(found.prefix(0)).isNotEqualTo(found.prefix(2));
  }

  private static MaskedExample example(int... ids) {
    float[] weights = new float[ids.length];
    Arrays.fill(weights, ids.length - 2, ids.length, 1);
    return new MaskedExample(new Origin("data.json", 1, 1), ids, weights);
  }

  private static int[] lengths(List<MaskedExample> examples) {
    SharedPrefixes found = SharedPrefixes.of(examples);
    return IntStream.range(0, examples.size()).map(found::length).toArray();
  }

  @Test
  void whatFollowsIsNeverEmpty() {
    MaskedExample one = example(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    // 11 tokens are inputs; all but the last of them may be shared.
    assertThat(lengths(List.of(one, one, one))).containsExactly(10, 10, 10);
    assertThat(lengths(List.of(one))).containsExactly(0);
    assertThat(lengths(List.of(one, example(2, 3)))).containsExactly(0, 0);
  }

  @Test
  void tokensOfOtherWeightsAreOthers() {
    int[] ids = IntStream.rangeClosed(1, 20).toArray();
    float[] half = new float[20];
    Arrays.fill(half, 12, 20, 0.5f);
    float[] whole = new float[20];
    Arrays.fill(whole, 12, 20, 1);
    Origin origin = new Origin("data.json", 1, 1);
    assertThat(
            lengths(
                List.of(
                    new MaskedExample(origin, ids, half), new MaskedExample(origin, ids, whole))))
        .containsExactly(12, 12);
  }

  @Test
  void shortAndRareBeginningsAreLeftAlone() {
    List<MaskedExample> examples = new ArrayList<>();
    for (int e = 0; e < 40; e++) {
      // 7 tokens of all, and then 4 more of four examples.
      int more = e < 4 ? 50 : 100 + e;
      examples.add(example(1, 2, 3, 4, 5, 6, 7, more, more, more, more, 200 + e, 300, 301));
    }
    assertThat(lengths(examples)).containsOnly(0);
  }

  /** The ids that a target is predicted from, in the order of their positions, and the target. */
  private static String seen(long[] context, long target) {
    return Arrays.toString(context) + " > " + target;
  }

  private static void read(PackedBatch batch, int b, Map<String, Double> into) {
    long[] ids = batch.ids().toLongs();
    long[] positions = batch.positions().toLongs();
    long[] segments = batch.segments().toLongs();
    long[] parents = batch.parents().toLongs();
    for (int i = 0; i < batch.targets(); i++) {
      int at = (int) batch.targetPositions().toLongs()[i];
      int row = at / LENGTH * LENGTH;
      int[] visible =
          IntStream.rangeClosed(row, at)
              .filter(j -> segments[j] == segments[at] || segments[j] == parents[at])
              .toArray();
      for (int j = 0; j < visible.length; j++) {
        assertThat(positions[visible[j]]).isEqualTo(j);
      }
      long[] context = Arrays.stream(visible).mapToLong(j -> ids[j]).toArray();
      into.merge(
          seen(context, batch.targetIds().toLongs()[i]),
          (double) batch.targetWeights().toFloats()[i],
          Double::sum);
    }
    assertThat(ids).hasSize(b * LENGTH);
  }

  /** Every target is predicted from what it is predicted from alone, as often as it occurs. */
  @ParameterizedTest(name = "seed {0}, loss everywhere {1}")
  @CsvSource({"1, false", "2, false", "3, true", "4, true", "5, true"})
  void sharingChangesNoPrediction(long seed, boolean everywhere) {
    List<MaskedExample> examples =
        TemplatedExamples.draw(seed, 20 + 30 * (int) seed, 50, LENGTH, everywhere);
    Map<String, Double> expected = new TreeMap<>();
    for (MaskedExample e : examples) {
      for (int i = 1; i <= e.inputs(); i++) {
        if (e.weight(i) > 0) {
          long[] context = IntStream.range(0, i).mapToLong(e::id).toArray();
          expected.merge(seen(context, e.id(i)), (double) e.weight(i), Double::sum);
        }
      }
    }
    BatchPlan plain = plan(examples, Packing.BEST_FIT, seed);
    BatchPlan shared = plan(examples, Packing.SHARED_PREFIX, seed);
    Map<String, Double> found = new TreeMap<>();
    for (int s = 0; s < shared.steps(); s++) {
      PlannedStep step = shared.step(s);
      step.microBatches().forEach(b -> read(b, 2, found));
      assertThat(step.microBatches())
          .allSatisfy(b -> assertThat(shared.statistics().targetBuckets()).contains(b.bucket()));
    }
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((k, v) -> assertThat(found.get(k)).as(k).isCloseTo(v, within(1e-5)));
    assertThat(shared.statistics().tokens()).isEqualTo(plain.statistics().tokens());
    assertThat(shared.statistics().rows()).isLessThan(plain.statistics().rows());
    assertThat(shared.statistics().sharedShare()).isGreaterThan(0.1);
    assertThat(plain.statistics().sharedShare()).isZero();
  }

  private static BatchPlan plan(List<MaskedExample> examples, Packing packing, long seed) {
    BatchSettings settings = new BatchSettings(LENGTH, 2, 2, packing, Order.SHUFFLED);
    return BatchPlan.ofEpochs(examples, settings, seed, 1);
  }

  /** However the examples of an epoch are ordered. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void rowsDoNotOverflowAndAreAsManyInEveryEpoch(long seed) {
    List<MaskedExample> examples = TemplatedExamples.draw(seed, 120, 50, LENGTH, true);
    SharedPrefixes prefixes = SharedPrefixes.of(examples);
    int[] lengths = examples.stream().mapToInt(MaskedExample::inputs).toArray();
    int first = 0;
    for (int epoch = 0; epoch < 4; epoch++) {
      int[] order = Permutation.of(lengths.length, seed, epoch, "test");
      List<int[]> rows = Packer.bestFit(lengths, prefixes, order, LENGTH);
      first = epoch == 0 ? rows.size() : first;
      assertThat(rows).hasSize(first);
      assertThat(rows.stream().flatMapToInt(Arrays::stream).sorted().toArray())
          .isEqualTo(IntStream.range(0, lengths.length).toArray());
      for (int[] row : rows) {
        List<RowItem> items =
            Arrays.stream(row)
                .mapToObj(i -> new RowItem(examples.get(i), prefixes.prefix(i), prefixes.length(i)))
                .toList();
        int sum = items.stream().mapToInt(i -> i.example().inputs()).sum();
        assertThat(sum - RowItem.saved(items)).isBetween(1, LENGTH);
      }
    }
  }
}
