package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.Mark;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every mask on any data, tried on renderings drawn from seeds. */
class MaskPropertiesTest {
  private static final int SEQUENCE_LEN = 64;
  private static final List<String> TEXTS =
      List.of(
          "a",
          "word ",
          " two words",
          "\n",
          "",
          "é",
          "e\u0301",
          "漢字",
          "👩‍👩‍👧",
          "### Response:\n",
          "^");

  /** Every mask with its defaults, and with some of its keys. */
  private static Map<String, MaskingStrategy> masks() {
    Map<String, List<Map<String, Object>>> options =
        Map.of(
            "special-tokens", List.of(Map.of("variant", "authors-code"), Map.of("eot", "last")),
            "response-only", List.of(Map.of("eot", "none")),
            "boilerplate", List.of(Map.of("detect", "corpus", "min_share", 0.05)),
            "weighted", List.of(Map.of("template", 0.7, "response", 0.3)),
            "spans", List.of(Map.of("unmarked", "train"), Map.of("unmarked", "response")));
    Map<String, MaskingStrategy> out = new LinkedHashMap<>();
    for (MaskingProvider<?> p : ServiceLoader.load(MaskingProvider.class)) {
      out.put(p.name(), create(p, Map.of()));
      for (Map<String, Object> o : options.getOrDefault(p.name(), List.of())) {
        out.put(p.name() + " " + o, create(p, o));
      }
    }
    assertThat(out).hasSizeGreaterThan(10);
    return out;
  }

  private static <C extends Record> MaskingStrategy create(
      MaskingProvider<C> provider, Map<String, Object> options) {
    return provider.create(ConfigBinder.bind(options, provider.configType(), "masking"));
  }

  private static <T> T any(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Segments of any role and mark in any order; turns count up. */
  private static Rendering rendering(Random random) {
    List<Segment> out = new ArrayList<>();
    int turn = 0;
    int n = random.nextInt(12);
    for (int i = 0; i < n; i++) {
      boolean end = random.nextInt(5) == 0;
      String text = end ? "$" : any(random, TEXTS) + any(random, TEXTS);
      Role role = end ? Role.SPECIAL : any(random, List.of(Role.values()));
      out.add(new Segment(text, role, turn, end, any(random, List.of(Mark.values()))));
      turn += end ? 1 : 0;
    }
    if (random.nextBoolean()) {
      out.add(Segment.endOfText(turn));
    }
    return new Rendering(out);
  }

  private static List<TokenizedExample> corpus(long seed) {
    Random random = new Random(seed);
    OptionalInt bos = random.nextBoolean() ? OptionalInt.of(FakeEncoder.BOS) : OptionalInt.empty();
    ExampleTokenizer tokenizer = new ExampleTokenizer(new FakeEncoder(1 + random.nextInt(3), bos));
    List<TokenizedExample> out = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      out.add(tokenizer.tokenize(rendering(random)));
    }
    return out;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void weightsAreOneForEveryTokenAndTheSameAgain(long seed) {
    List<TokenizedExample> corpus = corpus(seed);
    masks()
        .forEach(
            (name, mask) -> {
              mask.prepare(corpus);
              for (TokenizedExample e : corpus) {
                float[] w = mask.mask(e, seed);
                assertThat(w).as(name).hasSize(e.size());
                for (int i = 0; i < w.length; i++) {
                  assertThat(w[i]).as(name).isBetween(0f, i == 0 ? 0f : 1f);
                }
                assertThat(mask.mask(e, seed)).as(name).isEqualTo(w);
              }
            });
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void combinedMasksExceedNeither(long seed) {
    List<TokenizedExample> corpus = corpus(seed);
    List<MaskingStrategy> all = List.copyOf(masks().values());
    all.forEach(m -> m.prepare(corpus));
    for (MaskingStrategy a : all) {
      for (MaskingStrategy b : all) {
        MaskingStrategy both = CombinedMask.of(List.of(a, b));
        for (TokenizedExample e : corpus) {
          float[] x = a.mask(e, seed);
          float[] y = b.mask(e, seed);
          float[] z = both.mask(e, seed);
          for (int i = 0; i < z.length; i++) {
            assertThat(z[i]).isLessThanOrEqualTo(x[i]).isLessThanOrEqualTo(y[i]);
          }
          assertThat(both.mask(e, seed)).isEqualTo(z);
        }
      }
    }
  }

  private static List<MaskedExample> masked(List<TokenizedExample> corpus, MaskingStrategy mask) {
    mask.prepare(corpus);
    List<MaskedExample> out = new ArrayList<>();
    for (TokenizedExample e : corpus) {
      int[] ids = e.tokens().stream().mapToInt(TokenizedExample.Token::id).toArray();
      Origin origin = new Origin("data.json", out.size() + 1, 1);
      MaskedExample m = new MaskedExample(origin, ids, mask.mask(e, 1));
      if (m.targets() > 0 && m.inputs() <= SEQUENCE_LEN) {
        out.add(m);
      }
    }
    return out;
  }

  /** The inputs of an example with the weight and id that each predicts, as text. */
  private static String alone(MaskedExample e) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < e.inputs(); i++) {
      float w = e.weight(i + 1);
      out.append(e.id(i)).append(w > 0 ? ">" + e.id(i + 1) + "*" + w : "").append(' ');
    }
    return out.toString();
  }

  /** The same, of every segment of a batch that holds a target. */
  private static List<String> packed(PackedBatch batch) {
    long[] ids = batch.ids().toLongs();
    long[] segments = batch.segments().toLongs();
    long[] at = batch.targetPositions().toLongs();
    long[] targets = batch.targetIds().toLongs();
    float[] weights = batch.targetWeights().toFloats();
    Map<Integer, String> predicted = new TreeMap<>();
    for (int i = 0; i < weights.length; i++) {
      if (i >= batch.targets()) {
        assertThat(weights[i]).as("the weight of padding").isZero();
      } else {
        assertThat(weights[i]).isPositive();
        predicted.put((int) at[i], ">" + targets[i] + "*" + weights[i]);
      }
    }
    List<String> out = new ArrayList<>();
    StringBuilder segment = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      boolean starts = i % SEQUENCE_LEN == 0 || segments[i] != segments[i - 1];
      if (starts && segment.indexOf(">") >= 0) {
        out.add(segment.toString());
      }
      segment.setLength(starts ? 0 : segment.length());
      segment.append(ids[i]).append(predicted.getOrDefault(i, "")).append(' ');
    }
    if (segment.indexOf(">") >= 0) {
      out.add(segment.toString());
    }
    return out;
  }

  private static List<PackedBatch> batches(List<MaskedExample> examples, Packing packing) {
    BatchSettings settings = new BatchSettings(SEQUENCE_LEN, 3, 2, packing, Order.SHUFFLED);
    BatchPlan plan = BatchPlan.ofEpochs(examples, settings, 9, 1);
    List<PackedBatch> out = new ArrayList<>();
    for (int s = 0; s < plan.steps(); s++) {
      out.addAll(plan.step(s).microBatches());
    }
    return out;
  }

  /**
   * Sharing a row changes neither what of an example is seen nor what is predicted, nor how much.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void rowsThatAreSharedLeaveEveryExamplesWeights(long seed) {
    List<TokenizedExample> corpus = corpus(seed);
    masks()
        .forEach(
            (name, mask) -> {
              List<MaskedExample> examples = masked(corpus, mask);
              List<String> alone = examples.stream().map(MaskPropertiesTest::alone).toList();
              for (Packing packing : List.of(Packing.BEST_FIT, Packing.NONE)) {
                List<String> found = new ArrayList<>();
                batches(examples, packing).forEach(b -> found.addAll(packed(b)));
                assertThat(found).as(name).containsExactlyInAnyOrderElementsOf(alone);
              }
            });
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void theOrderOfRowsDoesNotChangeTheSum(long seed) {
    List<TokenizedExample> corpus = corpus(seed);
    List<TokenizedExample> shuffled = new ArrayList<>(corpus);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(shuffled).isNotEqualTo(corpus);
    masks()
        .forEach(
            (name, mask) -> {
              double[] a = sums(masked(corpus, mask));
              double[] b = sums(masked(shuffled, mask));
              assertThat(b[0]).as(name).isCloseTo(a[0], within(1e-9)).isPositive();
              assertThat(b[1]).as(name).isEqualTo(a[1]);
            });
  }

  /** Σ w and the number of targets over all batches. */
  private static double[] sums(List<MaskedExample> examples) {
    double[] out = new double[2];
    for (PackedBatch b : batches(examples, Packing.BEST_FIT)) {
      out[0] += b.weightSum();
      out[1] += b.targets();
    }
    assertThat(Arrays.stream(out).sum()).isPositive();
    return out;
  }
}
