package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlanTest {
  /** Examples whose ids tell where they are from: 1000·example + token. */
  private static List<MaskedExample> examples(long seed, int count, int sequenceLen) {
    Random random = new Random(seed);
    List<MaskedExample> out = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      int n = 2 + random.nextInt(sequenceLen);
      int[] ids = new int[n];
      float[] weights = new float[n];
      for (int i = 0; i < n; i++) {
        ids[i] = 1000 * e + i;
        weights[i] = i > 0 && random.nextBoolean() ? random.nextInt(1, 5) / 4f : 0;
      }
      weights[1 + random.nextInt(n - 1)] = 1;
      out.add(new MaskedExample(new Origin("data.json", e + 1, e + 1), ids, weights));
    }
    return out;
  }

  private static BatchSettings settings(Packing packing, Order order) {
    return new BatchSettings(32, 3, 2, packing, order);
  }

  /** One packed token. */
  private record Place(int row, long segment) {}

  /**
   * Reads a batch as a model would, and gives every example's tokens and targets (id → weight) as
   * it finds them.
   */
  private static Map<Integer, Map<Integer, Float>> read(PackedBatch batch, int b, int t) {
    Shape shape = Shape.of(b, t);
    for (HostTensor x :
        List.of(batch.ids(), batch.positions(), batch.segments(), batch.parents())) {
      assertThat(x.shape()).isEqualTo(shape);
    }
    long[] ids = batch.ids().toLongs();
    long[] positions = batch.positions().toLongs();
    long[] segments = batch.segments().toLongs();
    assertThat(batch.parents().toLongs()).containsOnly(-1);
    long[] predicted = batch.targetIds().toLongs();
    long[] at = batch.targetPositions().toLongs();
    float[] weights = batch.targetWeights().toFloats();
    assertThat(at).hasSameSizeAs(predicted).hasSize(weights.length).hasSize(batch.bucket());

    Map<Integer, Map<Integer, Float>> found = new TreeMap<>();
    Set<Place> targeted = new HashSet<>();
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      if (i >= batch.targets()) {
        assertThat(weights[i]).isZero();
        assertThat(at[i]).isZero();
        continue;
      }
      assertThat(weights[i]).isPositive();
      int place = (int) at[i];
      // The target is the token after the one that predicts it, in the same example.
      assertThat(predicted[i]).isEqualTo(ids[place] + 1);
      assertThat(predicted[i] / 1000).isEqualTo(ids[place] / 1000);
      targeted.add(new Place(place / t, segments[place]));
      Map<Integer, Float> example =
          found.computeIfAbsent((int) predicted[i] / 1000, k -> new TreeMap<>());
      assertThat(example.put((int) predicted[i] % 1000, weights[i])).isNull();
      sum += weights[i];
    }
    assertThat(batch.weightSum()).isCloseTo(sum, within(1e-9));

    int tokens = 0;
    for (int row = 0; row < b; row++) {
      for (int i = row * t; i < (row + 1) * t; i++) {
        boolean first = i == row * t || segments[i] != segments[i - 1];
        // Segments count up from 0 without gaps; positions start again in each.
        assertThat(segments[i]).isEqualTo(i == row * t ? 0 : segments[i - 1] + (first ? 1 : 0));
        assertThat(positions[i]).isEqualTo(first ? 0 : positions[i - 1] + 1);
        if (targeted.contains(new Place(row, segments[i]))) {
          // A segment is the start of one example, without holes.
          assertThat(ids[i] % 1000).isEqualTo(positions[i]);
          assertThat(ids[i] / 1000).isEqualTo(first ? ids[i] / 1000 : ids[i - 1] / 1000);
          tokens++;
        } else {
          assertThat(ids[i]).isZero();
          assertThat(segments[i]).isEqualTo(segments[(row + 1) * t - 1]);
        }
      }
    }
    assertThat(batch.tokens()).isEqualTo(tokens);
    return found;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyEpochTrainsEveryTargetOnce(long seed) {
    List<MaskedExample> examples = examples(seed, 1 + (int) seed * 17, 32);
    Map<Integer, Map<Integer, Float>> expected = new TreeMap<>();
    for (int e = 0; e < examples.size(); e++) {
      for (int i = 0; i < examples.get(e).size(); i++) {
        if (examples.get(e).weight(i) > 0) {
          expected.computeIfAbsent(e, k -> new TreeMap<>()).put(i, examples.get(e).weight(i));
        }
      }
    }
    for (Packing packing : Packing.values()) {
      for (Order order : Order.values()) {
        BatchPlan plan = BatchPlan.ofEpochs(examples, settings(packing, order), seed, 2);
        assertThat(plan.steps()).isEqualTo(2 * plan.stepsPerEpoch());
        for (int epoch = 0; epoch < 2; epoch++) {
          Map<Integer, Map<Integer, Float>> found = new TreeMap<>();
          for (int s = 0; s < plan.stepsPerEpoch(); s++) {
            PlannedStep step = plan.step(epoch * plan.stepsPerEpoch() + s);
            assertThat(step.epoch()).isEqualTo(epoch);
            assertThat(step.microBatches()).hasSizeBetween(1, 2);
            for (PackedBatch batch : step.microBatches()) {
              assertThat(plan.statistics().targetBuckets()).contains(batch.bucket());
              read(batch, 3, 32).forEach((e, t) -> assertThat(found.put(e, t)).isNull());
            }
          }
          assertThat(found).isEqualTo(expected);
        }
      }
    }
  }

  private static List<Object> content(PlannedStep step) {
    List<Object> out = new ArrayList<>(List.of(step.index(), step.epoch(), step.weightSum()));
    for (PackedBatch b : step.microBatches()) {
      out.add(Arrays.hashCode(b.ids().toLongs()));
      out.add(Arrays.hashCode(b.segments().toLongs()));
      out.add(Arrays.hashCode(b.targetPositions().toLongs()));
      out.add(Arrays.hashCode(b.targetWeights().toFloats()));
    }
    return out;
  }

  @Test
  void anyStepIsTheSameWheneverItIsAskedFor() {
    List<MaskedExample> examples = examples(9, 80, 32);
    BatchSettings settings = settings(Packing.BEST_FIT, Order.SHUFFLED);
    BatchPlan plan = BatchPlan.ofEpochs(examples, settings, 7, 3);
    List<List<Object>> forward = new ArrayList<>();
    for (int s = 0; s < plan.steps(); s++) {
      forward.add(content(plan.step(s)));
    }
    BatchPlan again = BatchPlan.ofEpochs(examples, settings, 7, 3);
    for (int s = again.steps() - 1; s >= 0; s--) {
      assertThat(content(again.step(s))).isEqualTo(forward.get(s));
    }
    assertThat(content(BatchPlan.ofEpochs(examples, settings, 8, 3).step(0)))
        .isNotEqualTo(forward.get(0));
    assertThat(forward.get(plan.stepsPerEpoch()).subList(2, 4))
        .isNotEqualTo(forward.get(0).subList(2, 4));
  }

  @Test
  void aShorterRunSeesTheStartOfALongerOne() {
    List<MaskedExample> examples = examples(10, 60, 32);
    BatchSettings settings = settings(Packing.BEST_FIT, Order.SHUFFLED);
    BatchPlan whole = BatchPlan.ofEpochs(examples, settings, 7, 2);
    BatchPlan part = BatchPlan.ofSteps(examples, settings, 7, whole.stepsPerEpoch() + 1);
    for (int s = 0; s < part.steps(); s++) {
      assertThat(part.step(s).microBatches().stream().map(b -> Arrays.hashCode(b.ids().toLongs())))
          .isEqualTo(
              whole.step(s).microBatches().stream()
                  .map(b -> Arrays.hashCode(b.ids().toLongs()))
                  .toList());
    }
    assertThatThrownBy(() -> part.step(part.steps())).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theGivenOrderStays() {
    List<MaskedExample> examples = examples(11, 13, 32);
    BatchPlan plan = BatchPlan.ofEpochs(examples, settings(Packing.NONE, Order.GIVEN), 7, 1);
    List<Integer> seen = new ArrayList<>();
    for (int s = 0; s < plan.steps(); s++) {
      for (PackedBatch b : plan.step(s).microBatches()) {
        long[] ids = b.ids().toLongs();
        for (int row = 0; row < 3 && seen.size() < 13; row++) {
          seen.add((int) ids[row * 32] / 1000);
        }
      }
    }
    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    // 13 rows in batches of 3 and steps of 2: 5 micro-batches, 3 steps.
    assertThat(plan.stepsPerEpoch()).isEqualTo(3);
    assertThat(plan.step(2).microBatches()).hasSize(1);
    assertThat(plan.step(2).microBatches().get(0).targets()).isPositive();
  }

  @Test
  void statisticsSayHowFullTheBatchesAre() {
    // Three examples of 8 inputs each: one row of 16 and one of 8, in batches of 2 rows.
    List<MaskedExample> examples = new ArrayList<>();
    for (int e = 0; e < 3; e++) {
      int[] ids = new int[9];
      float[] weights = new float[9];
      weights[8] = 1;
      examples.add(new MaskedExample(new Origin("data.json", e + 1, e + 1), ids, weights));
    }
    BatchPlan plan =
        BatchPlan.ofEpochs(
            examples, new BatchSettings(16, 2, 1, Packing.BEST_FIT, Order.SHUFFLED), 1, 1);
    PlanStatistics s = plan.statistics();
    assertThat(s.rows()).isEqualTo(2);
    assertThat(s.tokens()).isEqualTo(24);
    assertThat(s.paddingShare()).isCloseTo(0.25, within(1e-12));
    assertThat(s.targetBuckets()).containsExactly(32);
    assertThat(s.targetPaddingShare()).isCloseTo(1 - 3 / 32.0, within(1e-12));
    assertThat(plan.step(0).weightSum()).isEqualTo(3);
    assertThat(plan.step(0).tokens()).isEqualTo(24);
    assertThat(plan.step(0).targets()).isEqualTo(3);
  }

  @Test
  void fewBucketsServeAWholeRun() {
    BatchPlan plan =
        BatchPlan.ofEpochs(
            examples(12, 900, 900),
            new BatchSettings(1024, 1, 1, Packing.BEST_FIT, Order.SHUFFLED),
            3,
            2);
    assertThat(plan.statistics().targetBuckets()).hasSizeBetween(2, 4).isSorted();
  }

  @Test
  void refusesWhatCannotBePlanned() {
    BatchSettings settings = settings(Packing.BEST_FIT, Order.SHUFFLED);
    refuses(ErrorCode.DATA_EMPTY, () -> BatchPlan.ofEpochs(List.of(), settings, 1, 1), "none");
    refuses(
        ErrorCode.CONFIG_VALUE,
        () -> BatchPlan.ofSteps(examples(1, 3, 8), settings, 1, 0),
        "received 0");
    refuses(
        ErrorCode.DATA_TOO_LONG,
        () -> BatchPlan.ofSteps(examples(1, 50, 100), settings, 1, 1),
        "data.json, row",
        "32");
    refuses(
        ErrorCode.CONFIG_VALUE,
        () -> new BatchSettings(0, 1, 1, Packing.NONE, Order.GIVEN),
        "sequence_len");
    refuses(
        ErrorCode.CONFIG_VALUE,
        () -> new BatchSettings(1, 0, 1, Packing.NONE, Order.GIVEN),
        "micro_batch_size");
    refuses(
        ErrorCode.CONFIG_VALUE,
        () -> new BatchSettings(1, 1, 0, Packing.NONE, Order.GIVEN),
        "gradient_accumulation_steps");
  }

  private static void refuses(ErrorCode code, Runnable call, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts);
  }
}
