package dev.graft.training.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data sets of a run as one: duplicates removed where that is asked for, rows held out by the
 * seed, the others repeated by weight.
 *
 * <p>With weight w, an epoch trains on every row of a data set ⌊w⌋ times, and once more on a part w
 * − ⌊w⌋ of them that the seed draws, the same in every epoch: 2 is every row twice, 0.5 half of the
 * rows. At least one row of each data set stays. Held-out rows are not repeated.
 *
 * @param train the examples of an epoch: data set after data set, and repetition after repetition
 * @param validation those held out, in the order of the data sets
 */
public record Corpus(List<Example> train, List<Example> validation, CorpusStatistics statistics) {
  private static final Logger LOG = LoggerFactory.getLogger(Corpus.class);

  public Corpus {
    train = List.copyOf(train);
    validation = List.copyOf(validation);
  }

  /** An example with the number of its data set and what it says. */
  private record Row(int source, Example example, Fingerprint fingerprint) {}

  /**
   * Puts data sets together.
   *
   * @param valSetSize as {@link Split#of} takes it, of the rows without removed duplicates
   * @param deduplicate whether of rows that say the same only the first stays
   * @throws dev.graft.api.error.GraftException {@code config.value} as {@link Split#of}
   */
  public static Corpus of(
      List<DataSource> sources, double valSetSize, long seed, boolean deduplicate) {
    List<Row> rows = new ArrayList<>();
    int[] removed = new int[sources.size()];
    int duplicates = 0;
    Set<Fingerprint> seen = new HashSet<>();
    for (int s = 0; s < removed.length; s++) {
      for (Example e : sources.get(s).examples()) {
        Row row = new Row(s, e, Fingerprint.of(e));
        boolean first = seen.add(row.fingerprint());
        duplicates += first ? 0 : 1;
        if (first || !deduplicate) {
          rows.add(row);
        } else {
          removed[s]++;
        }
      }
    }
    Split<Row> split = Split.of(rows, valSetSize, seed);
    int leaked = leaked(split);
    List<Example> train = new ArrayList<>();
    List<CorpusStatistics.Source> counts = new ArrayList<>();
    for (int s = 0; s < removed.length; s++) {
      DataSource source = sources.get(s);
      List<Example> repeated = repeated(of(split.train(), s), source.weight(), seed, s);
      train.addAll(repeated);
      counts.add(
          new CorpusStatistics.Source(
              source.name(),
              source.examples().size(),
              removed[s],
              of(split.validation(), s).size(),
              repeated.size()));
    }
    return new Corpus(
        train,
        split.validation().stream().map(Row::example).toList(),
        new CorpusStatistics(counts, duplicates, leaked));
  }

  private static List<Example> of(List<Row> rows, int source) {
    return rows.stream().filter(r -> r.source() == source).map(Row::example).toList();
  }

  private static List<Example> repeated(List<Example> rows, double weight, long seed, int source) {
    List<Example> out = new ArrayList<>();
    int whole = (int) weight;
    for (int i = 0; i < whole; i++) {
      out.addAll(rows);
    }
    int part = (int) Math.round((weight - whole) * rows.size());
    if (whole == 0 && !rows.isEmpty()) {
      part = Math.max(1, part);
    }
    int[] order = Permutation.of(rows.size(), seed, source, "data.weight");
    boolean[] drawn = new boolean[rows.size()];
    for (int i = 0; i < part; i++) {
      drawn[order[i]] = true;
    }
    for (int i = 0; i < drawn.length; i++) {
      if (drawn[i]) {
        out.add(rows.get(i));
      }
    }
    return out;
  }

  /** Counts, and warns of, held-out rows that are also trained on. */
  private static int leaked(Split<Row> split) {
    if (split.validation().isEmpty()) {
      return 0;
    }
    Map<Fingerprint, Example> trained = new HashMap<>();
    split.train().forEach(r -> trained.putIfAbsent(r.fingerprint(), r.example()));
    int count = 0;
    String first = "";
    for (Row row : split.validation()) {
      Example twin = trained.get(row.fingerprint());
      if (twin != null && count++ == 0) {
        first = row.example().origin() + " says the same as " + twin.origin();
      }
    }
    if (count > 0) {
      LOG.warn(
          "{} of {} held-out rows are also trained on, so that the held-out loss will be too low;"
              + " {}. Set deduplicate: true",
          count,
          split.validation().size(),
          first);
    }
    return count;
  }
}
