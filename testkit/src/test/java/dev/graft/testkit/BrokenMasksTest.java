package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The kit rejects masks with one fault each, and says what is wrong; it passes a good one. */
final class BrokenMasksTest {
  /** A configuration without keys. */
  record Config() {}

  /** A conformance class of a mask whose provider has nothing special. */
  abstract static class Kit extends MaskingConformance<Config> {
    private final Supplier<MaskingStrategy> mask;

    Kit(MaskingStrategy mask) {
      this.mask = () -> mask;
    }

    Kit(Supplier<MaskingStrategy> mask) {
      this.mask = mask;
    }

    @Override
    protected MaskingProvider<Config> provider() {
      return new MaskingProvider<>() {
        @Override
        public String name() {
          return "toy";
        }

        @Override
        public Class<Config> configType() {
          return Config.class;
        }

        @Override
        public MaskingStrategy create(Config config) {
          return mask.get();
        }
      };
    }

    @Override
    protected List<Config> configs() {
      return List.of(new Config());
    }
  }

  private static float[] responses(TokenizedExample example) {
    float[] w = new float[example.size()];
    for (int i = 1; i < w.length; i++) {
      Token t = example.tokens().get(i);
      w[i] = t.role() == Role.RESPONSE || t.endOfTurn() ? 1 : 0;
    }
    return w;
  }

  private static void rejected(Class<? extends Kit> kit, String message) {
    assertThat(KitRun.of(kit, ".*").failures().values())
        .isNotEmpty()
        .anyMatch(text -> text.contains(message));
  }

  static final class Good extends Kit {
    Good() {
      super((example, seed) -> responses(example));
    }
  }

  @Test
  void aGoodMaskPasses() {
    KitRun run = KitRun.of(Good.class, ".*");
    assertThat(run.failures()).isEmpty();
    assertThat(run.tests()).isGreaterThan(25);
  }

  static final class FirstToken extends Kit {
    FirstToken() {
      super(
          (example, seed) -> {
            float[] w = responses(example);
            if (w.length > 0) {
              w[0] = 1;
            }
            return w;
          });
    }
  }

  @Test
  void weightOnTheFirstTokenIsFound() {
    rejected(FirstToken.class, "the weight of the first token of 'one turn'");
  }

  static final class OutOfRange extends Kit {
    OutOfRange() {
      super(
          (example, seed) -> {
            float[] w = responses(example);
            if (w.length > 3) {
              w[3] = 1.5f;
            }
            return w;
          });
    }
  }

  @Test
  void weightsOutOfRangeAreFound() {
    rejected(OutOfRange.class, "expected weights in [0, 1], received 1.5 for token 3");
  }

  static final class NotANumber extends Kit {
    NotANumber() {
      super(
          (example, seed) -> {
            float[] w = responses(example);
            float sum = 0;
            for (float v : w) {
              sum += v;
            }
            for (int i = 0; i < w.length; i++) {
              w[i] /= sum;
            }
            return w;
          });
    }
  }

  @Test
  void divisionByNoResponseIsFound() {
    rejected(NotANumber.class, "received NaN");
  }

  static final class TooShort extends Kit {
    TooShort() {
      super(
          (example, seed) -> {
            float[] w = responses(example);
            return w.length > 1 ? Arrays.copyOfRange(w, 1, w.length) : w;
          });
    }
  }

  @Test
  void shiftedWeightsAreFound() {
    rejected(TooShort.class, "the number of weights of 'one turn'");
  }

  static final class Counting extends Kit {
    Counting() {
      super(
          new MaskingStrategy() {
            private int calls;

            @Override
            public float[] mask(TokenizedExample example, long seed) {
              calls++;
              float[] w = responses(example);
              for (int i = 1; i < w.length; i++) {
                w[i] = (i + calls) % 3 == 0 ? 1 : 0;
              }
              return w;
            }
          });
    }
  }

  @Test
  void dependenceOnEarlierCallsIsFound() {
    rejected(Counting.class, "the weights of 'one turn', asked for again");
  }

  static final class NothingLearnt extends Kit {
    NothingLearnt() {
      super((example, seed) -> new float[example.size()]);
    }
  }

  @Test
  void aMaskOfEverythingIsFound() {
    rejected(NothingLearnt.class, "the sum of the weights of 'one turn', which has a response");
  }

  static final class AssumesAPrompt extends Kit {
    AssumesAPrompt() {
      super(
          (example, seed) -> {
            int first = 0;
            while (example.tokens().get(first).role() != Role.RESPONSE) {
              first++;
            }
            float[] w = responses(example);
            w[first] = first == 0 ? 0 : 1;
            return w;
          });
    }
  }

  @Test
  void failingOnAnEmptyResponseIsFound() {
    rejected(AssumesAPrompt.class, "IndexOutOfBoundsException");
  }

  static final class Endless extends Kit {
    Endless() {
      super(
          (example, seed) -> {
            float[] w = responses(example);
            for (int i = 0; i < w.length; i++) {
              w[i] = example.tokens().get(i).endOfTurn() ? 0 : w[i];
            }
            return w;
          });
    }
  }

  @Test
  void aModelThatNeverStopsIsFound() {
    rejected(Endless.class, "whether the trained response of 'one turn' has a trained end");
  }

  /** Says that it leaves out ends, and does not. */
  private static final class SaysEndless implements MaskingStrategy {
    @Override
    public float[] mask(TokenizedExample example, long seed) {
      return responses(example);
    }

    @Override
    public boolean leavesOutEndOfTurn() {
      return true;
    }
  }

  static final class SaidEndless extends Kit {
    SaidEndless() {
      super(SaysEndless::new);
    }
  }

  @Test
  void trainedEndsThatAreSaidToBeLeftOutAreFound() {
    rejected(SaidEndless.class, "'one turn' has a trained end, which is left out");
  }

  /** Learns more with every preparation, and finds what no manifest holds. */
  private static final class Learner implements MaskingStrategy {
    private int seen;

    @Override
    public void prepare(Iterable<TokenizedExample> corpus) {
      corpus.forEach(e -> seen++);
    }

    @Override
    public float[] mask(TokenizedExample example, long seed) {
      float[] w = responses(example);
      for (int i = 0; i < w.length; i++) {
        w[i] /= Math.max(1, seen);
      }
      return w;
    }

    @Override
    public Map<String, Object> findings() {
      return Map.of("seen", new int[] {seen});
    }
  }

  static final class Forgetless extends Kit {
    Forgetless() {
      super(Learner::new);
    }
  }

  @Test
  void preparationsThatAddUpAreFound() {
    rejected(Forgetless.class, "the weights of 'one turn' after the same corpus again");
  }

  @Test
  void findingsThatNoManifestHoldsAreFound() {
    rejected(Forgetless.class, " as findings.seen");
  }
}
