package dev.graft.training.data;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Mark;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A data set rendered, tokenized and masked, ready to be packed.
 *
 * @param examples those that are trained on, in the order of the data set; all have a target
 */
public record TrainingData(List<MaskedExample> examples, DataStatistics statistics) {
  private static final int TOKENIZED_AT_ONCE = 1024;
  private static final ExampleObserver NOBODY = (origin, example, weights) -> {};

  public TrainingData {
    examples = List.copyOf(examples);
  }

  /**
   * Prepares examples, which are iterated once, and once more by a mask that looks at all of them
   * first.
   *
   * @param seed the run's seed, for masks that draw
   * @param sequenceLen the length of a row, which holds the tokens before an example's last target
   * @param gates what the masked data has to fulfil
   * @throws GraftException {@code data.empty} without examples; {@code data.too-long} when one is
   *     longer than a row and {@code overlength} refuses or drops them all; {@code mask.invalid}
   *     when the mask breaks its contract; {@code mask.empty} when no token of any example carries
   *     loss; {@code data.double-bos}, {@code mask.untrained} and {@code mask.end-of-turn} when the
   *     gates refuse; {@code tokenizer}
   */
  public static TrainingData prepare(
      Iterable<Example> examples,
      TextEncoder encoder,
      MaskingStrategy mask,
      long seed,
      int sequenceLen,
      Overlength overlength,
      Gates gates) {
    return prepare(examples, encoder, mask, seed, sequenceLen, overlength, gates, NOBODY);
  }

  /**
   * Prepares examples and tells of each as it is masked.
   *
   * @param observer is told of every example, also where the data set is then refused
   * @throws GraftException as {@link #prepare(Iterable, TextEncoder, MaskingStrategy, long, int,
   *     Overlength, Gates)}
   */
  public static TrainingData prepare(
      Iterable<Example> examples,
      TextEncoder encoder,
      MaskingStrategy mask,
      long seed,
      int sequenceLen,
      Overlength overlength,
      Gates gates,
      ExampleObserver observer) {
    ExampleTokenizer tokenizer = new ExampleTokenizer(encoder);
    mask.prepare(() -> tokenized(examples.iterator(), tokenizer));
    Collector out =
        new Collector(sequenceLen, overlength, new MaskTally(encoder.beginningOfText()));
    Iterator<Example> rest = examples.iterator();
    while (rest.hasNext()) {
      List<Example> some = new ArrayList<>();
      while (some.size() < TOKENIZED_AT_ONCE && rest.hasNext()) {
        some.add(rest.next());
      }
      List<TokenizedExample> tokenized =
          some.parallelStream().map(e -> tokenizer.tokenize(e.rendering())).toList();
      for (int i = 0; i < some.size(); i++) {
        Example e = some.get(i);
        float[] weights = weights(mask, tokenized.get(i), seed, e.origin());
        observer.onMasked(e.origin(), tokenized.get(i), weights);
        out.add(e, tokenized.get(i), weights);
      }
    }
    TrainingData data = out.finish();
    out.tally.check(gates, out.read - out.tooLong.size(), mask.leavesOutEndOfTurn());
    return data;
  }

  private static Iterator<TokenizedExample> tokenized(
      Iterator<Example> examples, ExampleTokenizer tokenizer) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return examples.hasNext();
      }

      @Override
      public TokenizedExample next() {
        return tokenizer.tokenize(examples.next().rendering());
      }
    };
  }

  private static float[] weights(
      MaskingStrategy mask, TokenizedExample example, long seed, Origin origin) {
    try {
      float[] weights = mask.mask(example, seed);
      MaskContract.check(weights, example);
      return withoutSkipped(weights, example);
    } catch (GraftException e) {
      throw new GraftException(e.code(), origin + ": " + e.getMessage(), e);
    }
  }

  /** What the data itself says is not to carry loss carries none, whatever the mask is. */
  private static float[] withoutSkipped(float[] weights, TokenizedExample example) {
    float[] out = weights.clone();
    for (int i = 0; i < out.length; i++) {
      if (example.tokens().get(i).mark() == Mark.SKIP) {
        out[i] = 0;
      }
    }
    return out;
  }

  /** Gathers masked examples and counts what happens to them. */
  private static final class Collector {
    private final int sequenceLen;
    private final Overlength overlength;
    private final MaskedRows used = new MaskedRows();
    private int read;
    private @Nullable TokenizedExample first;
    private final MaskTally tally;
    private final List<Origin> tooLong = new ArrayList<>();
    private int firstTooLong;
    private final TreeMap<Integer, Integer> lengths = new TreeMap<>();
    private int truncated;
    private int truncatedUntrained;
    private int split;
    private long tokens;
    private long trained;

    Collector(int sequenceLen, Overlength overlength, MaskTally tally) {
      this.sequenceLen = sequenceLen;
      this.tally = tally;
      this.overlength = overlength;
    }

    void add(Example e, TokenizedExample tokenized, float[] weights) {
      read++;
      first = first == null ? tokenized : first;
      if (e.mayBeCut()) {
        addCut(e.origin(), tokenized, weights);
      } else {
        addWhole(e.origin(), tokenized, weights);
      }
    }

    private void addWhole(Origin origin, TokenizedExample tokenized, float[] weights) {
      int[] ids = tokenized.tokens().stream().mapToInt(Token::id).toArray();
      read(origin, tokenized);
      float[] kept = weights.clone();
      MaskedExample e = new MaskedExample(origin, ids, kept);
      boolean tooLongForARow = e.inputs() > sequenceLen;
      if (tooLongForARow && overlength == Overlength.SPLIT) {
        cut(origin, tokenized, weights, false);
        return;
      }
      if (tooLongForARow) {
        if (overlength != Overlength.TRUNCATE) {
          firstTooLong = tooLong.isEmpty() ? ids.length : firstTooLong;
          tooLong.add(origin);
          return;
        }
        truncated++;
        int keep = sequenceLen + 1;
        kept = Arrays.copyOf(weights, keep);
        e = new MaskedExample(origin, Arrays.copyOf(ids, keep), kept);
      }
      if (e.targets() == 0) {
        truncatedUntrained += tooLongForARow ? 1 : 0;
        tally.untrained(origin, tokenized);
        return;
      }
      use(e, e.size());
      tally.used(origin, tokenized, kept, false);
    }

    /** Adds a document, which is cut into rows where it is longer than one. */
    private void addCut(Origin origin, TokenizedExample tokenized, float[] weights) {
      read(origin, tokenized);
      cut(origin, tokenized, weights, true);
    }

    private void read(Origin origin, TokenizedExample tokenized) {
      lengths.merge(tokenized.size(), 1, Integer::sum);
      tally.read(origin, tokenized);
    }

    /**
     * Cuts an example into rows: every token is an input once and, but for the first, a target
     * once. A piece ends with the token that its last input predicts, which is the first input of
     * the next. Pieces without a target are left out.
     */
    private void cut(Origin origin, TokenizedExample tokenized, float[] weights, boolean document) {
      int[] ids = tokenized.tokens().stream().mapToInt(Token::id).toArray();
      split += ids.length > sequenceLen + 1L ? 1 : 0;
      boolean any = false;
      for (int from = 0; from + 1 < ids.length; from += sequenceLen) {
        int to = (int) Math.min(ids.length, (long) from + sequenceLen + 1);
        float[] part = Arrays.copyOfRange(weights, from, to);
        part[0] = 0; // a target of the piece before
        MaskedExample e = new MaskedExample(origin, Arrays.copyOfRange(ids, from, to), part);
        if (e.targets() > 0) {
          use(e, from == 0 ? e.size() : e.size() - 1);
          any = true;
        }
      }
      if (any) {
        tally.used(origin, tokenized, weights, document);
      } else {
        tally.untrained(origin, tokenized);
      }
    }

    private void use(MaskedExample e, int newTokens) {
      used.add(e);
      tokens += newTokens;
      trained += e.targets();
    }

    TrainingData finish() {
      if (first == null) {
        throw new GraftException(
            ErrorCode.DATA_EMPTY, "expected at least one example, received none; add data");
      }
      if (!tooLong.isEmpty() && (overlength == Overlength.FAIL || tooLong.size() == read)) {
        throw new GraftException(
            ErrorCode.DATA_TOO_LONG,
            "expected examples of at most "
                + (sequenceLen + 1)
                + " tokens (a row of sequence_len "
                + sequenceLen
                + " and the token predicted last), received "
                + firstTooLong
                + " at "
                + tooLong.get(0)
                + "; "
                + tooLong.size()
                + " of "
                + read
                + " examples are too long, the longest has "
                + lengths.lastKey()
                + " tokens. Raise sequence_len, or set overlength to truncate, drop or split");
      }
      if (used.isEmpty()) {
        throw new GraftException(ErrorCode.MASK_EMPTY, emptyMask(first));
      }
      return new TrainingData(
          used.all(),
          new DataStatistics(
              read,
              used.all().size(),
              tooLong.size(),
              truncated,
              truncatedUntrained,
              split,
              tally.untrained(),
              tokens,
              trained,
              LengthStatistics.of(lengths),
              tally.tokensByRole(),
              tally.trainedTokensByRole(),
              tally.endsOfTurn(),
              tally.trainedEndsOfTurn()));
    }

    private String emptyMask(TokenizedExample shown) {
      Map<Role, Integer> count = new EnumMap<>(Role.class);
      shown.tokens().forEach(t -> count.merge(t.role(), 1, Integer::sum));
      String text = shown.text();
      return "expected tokens that carry loss, received a mask that leaves none in any of "
          + read
          + " examples"
          + (truncated == 0 ? "" : " (" + truncated + " of them cut at the end of the row)")
          + (tooLong.isEmpty() ? "" : " (" + tooLong.size() + " of them dropped as too long)")
          + ". The first example has "
          + shown.size()
          + " tokens, by role "
          + count
          + ", and reads: "
          + MaskTally.excerpt(text)
          + "\nChoose another masking type, or check the data set's type and its responses.";
    }
  }
}
