package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScorerTest {
  private final Fixture fixture = new Fixture();

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  private Scorer scorer(Backend backend) {
    fixture.folder.weights().load(backend, DType.F32);
    return new Scorer(
        new PlacedModel(fixture.model(), Optional.empty(), DType.F32),
        TestBackend.compiler(backend));
  }

  private static int[] row(int length) {
    int[] out = new int[length];
    Arrays.setAll(out, i -> (i * 31 + length) % 256);
    return out;
  }

  /** From the logits of transformers, with the softmax in double. */
  @ParameterizedTest
  @MethodSource("backends")
  void logProbabilitiesAreThoseOfTransformers(String name) {
    int[] ids = Arrays.stream(fixture.ids.toLongs()).mapToInt(i -> (int) i).toArray();
    List<int[]> rows = List.of(Arrays.copyOf(ids, 24), Arrays.copyOfRange(ids, 24, 24 + 17));
    HostTensor logits = fixture.base.tensor("logits_f64_as_f32");
    try (Backend backend = TestBackend.open(name)) {
      Scorer.Scores scores = scorer(backend).score(rows);
      double sum = 0;
      for (int r = 0; r < 2; r++) {
        Scorer.Row row = scores.rows().get(r);
        assertThat(row.ids()).isEqualTo(rows.get(r));
        assertThat(row.logprob(0)).isEmpty();
        for (int i = 1; i < rows.get(r).length; i++) {
          double expected = logSoftmax(logits, r * 24 + i - 1, rows.get(r)[i]);
          assertThat(row.logprob(i).orElseThrow())
              .isCloseTo(expected, within(5e-5 * Math.abs(expected)));
          sum -= expected;
        }
      }
      assertThat(scores.loss()).isCloseTo(sum / (23 + 16), within(1e-4));
      assertThat(scores.perplexity()).isCloseTo(Math.exp(scores.loss()), within(1e-9));
    }
  }

  private static double logSoftmax(HostTensor logits, int row, int id) {
    double sum = 0;
    for (int i = 0; i < 256; i++) {
      sum += Math.exp(logits.get(row * 256L + i));
    }
    return logits.get(row * 256L + id) - Math.log(sum);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRowsScoreDoesNotDependOnTheOthers(String name) {
    try (Backend backend = TestBackend.open(name)) {
      Scorer scorer = scorer(backend);
      List<int[]> rows = List.of(row(30), row(2), row(128), row(17), row(1), row(3), row(31));
      Scorer.Scores together = scorer.score(rows);
      assertThat(together.rows().get(4).targets()).isZero();
      assertThat(together.rows().get(4).loss()).isEmpty();
      for (int r : new int[] {0, 1, 2, 3, 5, 6}) {
        Scorer.Row alone = scorer.score(List.of(rows.get(r))).rows().get(0);
        assertThat(together.rows().get(r).ids()).isEqualTo(rows.get(r));
        assertThat(together.rows().get(r).loss().orElseThrow())
            .isCloseTo(alone.loss().orElseThrow(), within(2e-5));
      }
    }
  }

  @Test
  void lengthsFallIntoFewBuckets() {
    for (int length = 1; length < 5000; length++) {
      int bucket = Scorer.bucket(length);
      assertThat(bucket).isGreaterThanOrEqualTo(length);
      assertThat(bucket).isLessThanOrEqualTo(length + Math.max(15, length / 2));
      assertThat(Scorer.bucket(bucket)).isEqualTo(bucket);
    }
  }

  @Test
  void rowsThatCannotBeScored() {
    try (Backend backend = TestBackend.open("reference")) {
      Scorer scorer = scorer(backend);
      refused(scorer, List.of(row(1)), ErrorCode.DATA_EMPTY, "at least two tokens");
      refused(scorer, List.of(), ErrorCode.DATA_EMPTY, "0 rows");
      refused(scorer, List.of(row(3), new int[0]), ErrorCode.DATA_EMPTY, "row 1");
      refused(scorer, List.of(new int[] {1, -1}), ErrorCode.DATA_MALFORMED, "row 0", "-1");
      refused(scorer, List.of(row(129)), ErrorCode.DATA_TOO_LONG, "at most 128", "129");
    }
  }

  private static void refused(Scorer scorer, List<int[]> rows, ErrorCode code, String... parts) {
    assertThatThrownBy(() -> scorer.score(rows))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts);
            });
  }
}
