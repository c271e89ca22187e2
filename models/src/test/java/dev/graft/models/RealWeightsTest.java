package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.models.generation.Generation;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.generation.TokenListener;
import dev.graft.models.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real instruction-tuned Llama knows a little. Runs where {@code GRAFT_REAL_MODEL} names the
 * folder of SmolLM2-135M-Instruct.
 */
@Tag("real-weights")
class RealWeightsTest {
  private static final Logger LOG = LoggerFactory.getLogger(RealWeightsTest.class);

  private static Path folder() {
    String path = System.getenv("GRAFT_REAL_MODEL");
    if (path == null) {
      LOG.warn("SKIPPED: GRAFT_REAL_MODEL is not set, so no real model was tested");
      return Assumptions.abort("SKIPPED: GRAFT_REAL_MODEL is not set, no real model was tested");
    }
    return Path.of(path);
  }

  /** The reference engine would take hours. */
  static Stream<String> engines() {
    return TestBackend.names().filter(e -> !e.equals("reference"));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aRealModelScoresAndContinuesText(String engine) {
    ModelFolder model = ModelFolder.open(folder());
    String text = "The capital of France is Paris. The capital of Germany is Berlin.";
    try (Tokenizer tokenizer = model.openTokenizer();
        Backend backend = TestBackend.open(engine)) {
      model.weights().load(backend, DType.F32);
      int[] ids = tokenizer.encode(text).ids();
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
      Scorer scorer =
          new Scorer(
              new PlacedModel(model.model(), Optional.empty(), DType.F32),
              TestBackend.compiler(backend));
      double loss = scorer.score(List.of(ids)).loss();
      int[] shuffled = ids.clone();
      for (int i = 0; i < ids.length; i++) {
        shuffled[i] = ids[(i * 7 + 3) % ids.length];
      }
      assertThat(loss).isLessThan(3);
      assertThat(scorer.score(List.of(shuffled)).loss()).isGreaterThan(loss + 2);
      try (Generator generator =
          new Generator(
              new PlacedModel(model.model(), Optional.empty(), DType.F32),
              backend,
              TestBackend.compiler(backend))) {
        String prompt = "The capital of France is Paris. The capital of Germany is";
        Generation made =
            generator
                .generate(
                    List.of(tokenizer.encode(prompt).ids()),
                    GenerationConfig.greedy(3, model.stopIds()),
                    TokenListener.none())
                .get(0);
        assertThat(tokenizer.decode(made.toArray())).contains("Berlin");
        assertThat(Arrays.stream(made.toArray()).allMatch(id -> id < tokenizer.vocabSize()))
            .isTrue();
      }
    }
  }
}
