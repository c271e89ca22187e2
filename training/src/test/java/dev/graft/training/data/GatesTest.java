package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.masking.EndOfTurn;
import dev.graft.masking.ResponseOnlyConfig;
import dev.graft.masking.ResponseOnlyProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Data that cannot be meant is refused before it is trained on, with an example. */
class GatesTest {
  private static final MaskingStrategy RESPONSE =
      new ResponseOnlyProvider().create(new ResponseOnlyConfig(EndOfTurn.ALL));
  private static final MaskingStrategy NO_ENDS = chosen(t -> t.role() == Role.RESPONSE);

  private static MaskingStrategy chosen(Predicate<Token> trained) {
    return (example, seed) -> {
      float[] out = new float[example.size()];
      for (int i = 1; i < out.length; i++) {
        out[i] = trained.test(example.tokens().get(i)) ? 1 : 0;
      }
      return out;
    };
  }

  private static List<Example> examples(String... promptAndCompletion) {
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < promptAndCompletion.length; i += 2) {
      Origin origin = new Origin("data.json", i / 2 + 1, i / 2 + 1);
      out.add(
          new PromptCompletionExample(origin, promptAndCompletion[i], promptAndCompletion[i + 1]));
    }
    return out;
  }

  /** One code point a token; "^" is the beginning of a text. */
  private static TrainingData prepare(
      List<Example> examples, MaskingStrategy mask, int length, Gates gates) {
    return TrainingData.prepare(
        examples,
        new FakeEncoder(1, OptionalInt.of(FakeEncoder.BOS)),
        mask,
        1,
        length,
        Overlength.TRUNCATE,
        gates);
  }

  private static void refuses(ErrorCode code, Runnable call, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts)
        .hasMessageContaining("expected")
        .hasMessageContaining("received");
  }

  @Test
  void soundDataPasses() {
    TrainingData data = prepare(examples("abc", "xy", "^d", "z"), RESPONSE, 16, Gates.training(0));
    assertThat(data.statistics().trainedEndsOfTurn()).isEqualTo(2);
    assertThat(data.statistics().endsOfTurn()).isEqualTo(2);
  }

  @Test
  void aDoubledBeginningOfTextIsRefused() {
    refuses(
        ErrorCode.DATA_DOUBLE_BOS,
        () -> prepare(examples("abc", "xy", "^^d", "z"), RESPONSE, 16, Gates.training(1)),
        "1 of 2 examples",
        "data.json, row 2 (line 2)",
        "^^dz",
        "remove one of them");
  }

  /** A tokenizer that adds none has one all the same. */
  @Test
  void aDoubledBeginningOfTextIsSeenWithoutOneBeingAdded() {
    TextEncoder none =
        new TextEncoder() {
          private final FakeEncoder encoder = FakeEncoder.characters();

          @Override
          public Encoded encode(String text) {
            return encoder.encode(text);
          }

          @Override
          public int eosId() {
            return encoder.eosId();
          }

          @Override
          public OptionalInt bosId() {
            return OptionalInt.empty();
          }

          @Override
          public OptionalInt beginningOfText() {
            return OptionalInt.of(FakeEncoder.BOS);
          }

          @Override
          public int vocabSize() {
            return encoder.vocabSize();
          }
        };
    refuses(
        ErrorCode.DATA_DOUBLE_BOS,
        () ->
            TrainingData.prepare(
                examples("^^d", "z"), none, RESPONSE, 1, 16, Overlength.FAIL, Gates.training(1)),
        "1 of 1 examples");
  }

  /** Rows of 4: the long prompt leaves no room for its answer. */
  @Test
  void moreThanTheSetShareWithoutATrainedTokenIsRefused() {
    List<Example> half = examples("a", "b", "a long prompt", "lost");
    refuses(
        ErrorCode.MASK_UNTRAINED,
        () -> prepare(half, RESPONSE, 4, Gates.training(0.4)),
        "1 of 2 (50.0 %; max_untrained_share is 40.0 %)",
        "data.json, row 2 (line 2)",
        "a long promptlost",
        "sequence_len");
    TrainingData data = prepare(half, RESPONSE, 4, Gates.training(0.5));
    assertThat(data.statistics().untrained()).isEqualTo(1);
    assertThat(data.examples()).hasSize(1);
  }

  @Test
  void anEndOfTurnThatIsNeverTrainedIsRefused() {
    refuses(
        ErrorCode.MASK_END_OF_TURN,
        () -> prepare(examples("abc", "xy", "d", "z"), NO_ENDS, 16, Gates.training(1)),
        "2 of 2 examples",
        "it is masked",
        "data.json, row 1 (line 1)",
        "abcxy",
        "eot");
    refuses(
        ErrorCode.MASK_END_OF_TURN,
        () -> prepare(examples("ab", "a long answer"), RESPONSE, 6, Gates.training(1)),
        "cut off",
        "sequence_len");
  }

  @Test
  void someEndsOfTurnAreEnough() {
    TrainingData data =
        prepare(examples("ab", "a long answer", "a", "b"), RESPONSE, 6, Gates.training(1));
    assertThat(data.statistics().trainedEndsOfTurn()).isEqualTo(1);
    assertThat(data.statistics().endsOfTurn()).isEqualTo(2);
  }

  @Test
  void endsOfTurnMayBeLeftOutOnPurpose() {
    MaskingStrategy onPurpose =
        new MaskingStrategy() {
          @Override
          public float[] mask(TokenizedExample example, long seed) {
            return NO_ENDS.mask(example, seed);
          }

          @Override
          public boolean leavesOutEndOfTurn() {
            return true;
          }
        };
    assertThat(prepare(examples("abc", "xy"), onPurpose, 16, Gates.training(0)).examples())
        .hasSize(1);
    MaskingStrategy both = CombinedMask.of(List.of(RESPONSE, onPurpose));
    assertThat(prepare(examples("abc", "xy"), both, 16, Gates.training(0)).examples()).hasSize(1);
  }

  @Test
  void documentsHaveNoTurns() {
    List<Example> documents = List.of(new TextExample(new Origin("t.txt", 1, 1), "abcdefgh"));
    assertThat(prepare(documents, NO_ENDS, 16, Gates.training(0)).examples()).hasSize(1);
  }

  @Test
  void aMaskOfPromptsOnlyHasNoEndsToTrain() {
    MaskingStrategy prompts = chosen(t -> t.role() == Role.INSTRUCTION);
    assertThat(prepare(examples("abc", "xy"), prompts, 16, Gates.training(0)).examples())
        .hasSize(1);
  }

  @Test
  void dataThatIsOnlyMeasuredOnIsNotRefused() {
    List<Example> examples = examples("a", "b", "a long prompt", "lost", "^^d", "z");
    assertThat(prepare(examples, NO_ENDS, 4, Gates.evaluation()).examples()).hasSize(2);
  }
}
