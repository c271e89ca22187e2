package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Which examples every step of a run gets: decided by the data, the settings and the seed alone, so
 * that any step can be had at any time and a resumed run sees what the unbroken one would have.
 *
 * <p>An epoch goes through all examples once, in as many steps as any other. Its last step may have
 * fewer micro-batches, and the last of these fewer rows; missing rows are padding. Immutable.
 */
public final class BatchPlan {
  private static final int MAX_BUCKETS = 4;

  private final List<MaskedExample> examples;
  private final BatchSettings settings;
  private final SharedPrefixes prefixes;
  private final int steps;
  private final int stepsPerEpoch;
  private final List<List<int[]>> epochs;
  private final PlanStatistics statistics;

  /**
   * A plan.
   *
   * @param steps how many, given those of an epoch
   */
  private BatchPlan(
      List<MaskedExample> examples, BatchSettings settings, long seed, IntUnaryOperator steps) {
    this.examples = List.copyOf(examples);
    this.settings = settings;
    this.prefixes =
        settings.packing() == Packing.SHARED_PREFIX
            ? SharedPrefixes.of(this.examples)
            : SharedPrefixes.none(examples.size());
    this.stepsPerEpoch = stepsPerEpoch(this.examples, settings, prefixes);
    this.steps = steps.applyAsInt(stepsPerEpoch);
    this.epochs = new ArrayList<>();
    for (int epoch = 0; (long) epoch * stepsPerEpoch < this.steps; epoch++) {
      epochs.add(rows(this.examples, settings, prefixes, seed, epoch));
    }
    this.statistics = count();
  }

  /**
   * Plans so many steps.
   *
   * @param examples at least one; none longer than a row, all with a target, as {@link
   *     TrainingData} gives them
   * @param steps at least 1
   */
  public static BatchPlan ofSteps(
      List<MaskedExample> examples, BatchSettings settings, long seed, int steps) {
    int checked = atLeastOne(steps);
    return new BatchPlan(examples, settings, seed, perEpoch -> checked);
  }

  /** Plans whole epochs. */
  public static BatchPlan ofEpochs(
      List<MaskedExample> examples, BatchSettings settings, long seed, int epochs) {
    return new BatchPlan(
        examples,
        settings,
        seed,
        perEpoch -> atLeastOne(Math.toIntExact((long) perEpoch * epochs)));
  }

  private static int atLeastOne(int steps) {
    if (steps < 1) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE, "expected at least one optimizer step, received " + steps);
    }
    return steps;
  }

  /** The optimizer steps of an epoch, whichever it is. */
  private static int stepsPerEpoch(
      List<MaskedExample> examples, BatchSettings settings, SharedPrefixes prefixes) {
    if (examples.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, "expected at least one example to plan, received none; add data");
    }
    int rows = rows(examples, settings, prefixes, 0, 0).size();
    return divideUp(rows, settings.microBatchSize() * settings.gradientAccumulationSteps());
  }

  private static int divideUp(int a, int b) {
    return (a + b - 1) / b;
  }

  /** The examples of every row of an epoch, in the order of training. */
  private static List<int[]> rows(
      List<MaskedExample> examples,
      BatchSettings settings,
      SharedPrefixes prefixes,
      long seed,
      int epoch) {
    int[] lengths = examples.stream().mapToInt(MaskedExample::inputs).toArray();
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 1 || lengths[i] > settings.sequenceLen()) {
        throw new GraftException(
            ErrorCode.DATA_TOO_LONG,
            examples.get(i).origin()
                + ": expected from 1 to "
                + settings.sequenceLen()
                + " tokens before the last target, received "
                + lengths[i]
                + "; prepare the data for the same sequence_len");
      }
    }
    boolean shuffled = settings.order() == Order.SHUFFLED;
    int n = lengths.length;
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    if (shuffled) {
      order = Permutation.of(n, seed, epoch, "data.order");
    }
    if (settings.packing() == Packing.NONE) {
      return Arrays.stream(order).mapToObj(i -> new int[] {i}).toList();
    }
    List<int[]> packed = Packer.bestFit(lengths, prefixes, order, settings.sequenceLen());
    if (!shuffled) {
      return packed.stream()
          .map(row -> Arrays.stream(row).sorted().toArray())
          .sorted(Comparator.comparingInt(row -> row[0]))
          .toList();
    }
    // Rows come out by falling length of their first example; training must not see that order.
    int[] rowOrder = Permutation.of(packed.size(), seed, epoch, "data.rows");
    return Arrays.stream(rowOrder).mapToObj(packed::get).toList();
  }

  private PlanStatistics count() {
    List<List<int[]>> batches = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      batches.addAll(rowsOf(step));
    }
    int[] targets = batches.stream().mapToInt(this::targets).toArray();
    int places = settings.microBatchSize() * settings.sequenceLen();
    // The last token of a shared prefix has several targets, so there may be more than places.
    int limit = Arrays.stream(targets).reduce(places, Math::max);
    List<Integer> buckets = Buckets.choose(targets, limit, MAX_BUCKETS);
    long real = Arrays.stream(targets).asLongStream().sum();
    long padded = Arrays.stream(targets).mapToLong(t -> Buckets.of(buckets, t)).sum();
    int rows = epochs.get(0).size();
    long tokens = examples.stream().mapToLong(MaskedExample::inputs).sum();
    long saved = epochs.get(0).stream().mapToLong(row -> RowItem.saved(items(row))).sum();
    long rowPlaces = (long) divideUp(rows, settings.microBatchSize()) * places;
    return new PlanStatistics(
        rows,
        tokens,
        (double) saved / tokens,
        1 - (double) (tokens - saved) / rowPlaces,
        1 - (double) real / padded,
        buckets);
  }

  private List<RowItem> items(int[] row) {
    return Arrays.stream(row)
        .mapToObj(i -> new RowItem(examples.get(i), prefixes.prefix(i), prefixes.length(i)))
        .toList();
  }

  /** For every micro-batch of a step, its rows. */
  private List<List<int[]>> rowsOf(int step) {
    List<int[]> rows = epochs.get(step / stepsPerEpoch);
    int b = settings.microBatchSize();
    int first = step % stepsPerEpoch * b * settings.gradientAccumulationSteps();
    int end = Math.min(rows.size(), first + b * settings.gradientAccumulationSteps());
    List<List<int[]>> out = new ArrayList<>();
    for (int from = first; from < end; from += b) {
      out.add(rows.subList(from, Math.min(end, from + b)));
    }
    return out;
  }

  private int targets(List<int[]> rows) {
    return rows.stream().mapToInt(row -> RowItem.targets(items(row))).sum();
  }

  /** The number of optimizer steps. */
  public int steps() {
    return steps;
  }

  /** The optimizer steps of an epoch. */
  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  public BatchSettings settings() {
    return settings;
  }

  public PlanStatistics statistics() {
    return statistics;
  }

  /** Where the examples of a step stand, from step 0 on. */
  public List<Origin> origins(int index) {
    return rowsOf(index).stream()
        .flatMap(List::stream)
        .flatMapToInt(Arrays::stream)
        .mapToObj(i -> examples.get(i).origin())
        .toList();
  }

  /** The batches of a step, from 0 on; the same whenever and however often it is asked for. */
  public PlannedStep step(int index) {
    if (index < 0 || index >= steps) {
      throw new IndexOutOfBoundsException("expected a step below " + steps + ": " + index);
    }
    List<PackedBatch> microBatches = new ArrayList<>();
    for (List<int[]> rows : rowsOf(index)) {
      microBatches.add(
          PackedBatch.of(
              rows.stream().map(this::items).toList(),
              settings.microBatchSize(),
              settings.sequenceLen(),
              Buckets.of(statistics.targetBuckets(), targets(rows))));
    }
    return new PlannedStep(index, index / stepsPerEpoch, microBatches);
  }
}
