package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
 * <p>Nothing of the rows is held but what is needed to tell which are wanted: they are read anew
 * whenever they are iterated.
 */
public final class Corpus {
  private static final Logger LOG = LoggerFactory.getLogger(Corpus.class);

  private final List<Part> train;
  private final List<Part> validation;
  private final CorpusStatistics statistics;

  private Corpus(List<Part> train, List<Part> validation, CorpusStatistics statistics) {
    this.train = List.copyOf(train);
    this.validation = List.copyOf(validation);
    this.statistics = statistics;
  }

  /** Some of the rows of a data set; the bits are rows, from 0. */
  private record Part(DataSource source, BitSet wanted, int rows) {}

  /** The number of a data set and of a row in it, from 0, where it stands and what it says. */
  private record Row(int source, int row, Origin origin, Fingerprint fingerprint) {}

  /**
   * Puts data sets together.
   *
   * @param valSetSize as {@link Split#of} takes it, of the rows without removed duplicates
   * @param deduplicate whether of rows that say the same only the first stays
   * @throws GraftException {@code config.value} as {@link Split#of}, and what reading the rows
   *     throws
   */
  public static Corpus of(
      List<DataSource> sources, double valSetSize, long seed, boolean deduplicate) {
    List<Row> rows = new ArrayList<>();
    int n = sources.size();
    int[] read = new int[n];
    int[] removed = new int[n];
    int duplicates = 0;
    Set<Fingerprint> seen = new HashSet<>();
    for (int s = 0; s < n; s++) {
      for (Example e : sources.get(s).examples()) {
        Row row = new Row(s, read[s]++, e.origin(), Fingerprint.of(e));
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
    List<Part> train = new ArrayList<>();
    List<Part> validation = new ArrayList<>();
    List<CorpusStatistics.Source> counts = new ArrayList<>();
    for (int s = 0; s < n; s++) {
      DataSource source = sources.get(s);
      BitSet held = of(split.validation(), s);
      validation.add(new Part(source, held, read[s]));
      int perEpoch = 0;
      for (BitSet wanted : repeated(of(split.train(), s), source.weight(), seed, s)) {
        train.add(new Part(source, wanted, read[s]));
        perEpoch += wanted.cardinality();
      }
      counts.add(
          new CorpusStatistics.Source(
              source.name(), read[s], removed[s], held.cardinality(), perEpoch));
    }
    return new Corpus(train, validation, new CorpusStatistics(counts, duplicates, leaked));
  }

  private static BitSet of(List<Row> rows, int source) {
    BitSet out = new BitSet();
    rows.stream().filter(r -> r.source() == source).forEach(r -> out.set(r.row()));
    return out;
  }

  /** The rows of every repetition. */
  private static List<BitSet> repeated(BitSet rows, double weight, long seed, int source) {
    int n = rows.cardinality();
    int whole = (int) weight;
    List<BitSet> out = new ArrayList<>(Collections.nCopies(whole, rows));
    int part = (int) Math.round((weight - whole) * n);
    if (whole == 0 && n > 0) {
      part = Math.max(1, part);
    }
    if (part > 0) {
      int[] numbers = rows.stream().toArray();
      int[] order = Permutation.of(n, seed, source, "data.weight");
      BitSet drawn = new BitSet();
      for (int i = 0; i < part; i++) {
        drawn.set(numbers[order[i]]);
      }
      out.add(drawn);
    }
    return out;
  }

  /** Counts, and warns of, held-out rows that are also trained on. */
  private static int leaked(Split<Row> split) {
    if (split.validation().isEmpty()) {
      return 0;
    }
    Map<Fingerprint, Origin> trained = new HashMap<>();
    split.train().forEach(r -> trained.putIfAbsent(r.fingerprint(), r.origin()));
    int count = 0;
    String first = "";
    for (Row row : split.validation()) {
      Origin twin = trained.get(row.fingerprint());
      if (twin != null && count++ == 0) {
        first = row.origin() + " says the same as " + twin;
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

  /** The examples of an epoch: data set after data set, and repetition after repetition. */
  public Iterable<Example> train() {
    return () -> new Picked(train);
  }

  /** The examples held out, in the order of the data sets. */
  public Iterable<Example> validation() {
    return () -> new Picked(validation);
  }

  /** How many are held out. */
  public int heldOut() {
    return statistics.sources().stream().mapToInt(CorpusStatistics.Source::heldOut).sum();
  }

  public CorpusStatistics statistics() {
    return statistics;
  }

  /** Reads every part to its end, which closes its file. */
  private static final class Picked implements Iterator<Example> {
    private final Iterator<Part> parts;
    private @Nullable Part part;
    private Iterator<Example> rows = Collections.emptyIterator();
    private int row;
    private @Nullable Example next;

    Picked(List<Part> parts) {
      this.parts = parts.stream().filter(p -> !p.wanted().isEmpty()).iterator();
      this.next = fetch();
    }

    private @Nullable Example fetch() {
      while (true) {
        while (part != null && rows.hasNext()) {
          Example e = rows.next();
          if (part.wanted().get(row++)) {
            return e;
          }
        }
        if (part != null && row != part.rows()) {
          throw new GraftException(
              ErrorCode.DATA_MALFORMED,
              "expected the "
                  + part.rows()
                  + " rows that "
                  + part.source().name()
                  + " had a moment ago, received "
                  + row
                  + "; leave data files alone while they are read");
        }
        if (!parts.hasNext()) {
          return null;
        }
        part = parts.next();
        rows = part.source().examples().iterator();
        row = 0;
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Example next() {
      Example out = next;
      if (out == null) {
        throw new NoSuchElementException();
      }
      next = fetch();
      return out;
    }
  }
}
