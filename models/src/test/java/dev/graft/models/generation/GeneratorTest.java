package dev.graft.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.models.Fixture;
import dev.graft.models.SavedAdapter;
import dev.graft.models.TestBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GeneratorTest {
  private final Fixture fixture = new Fixture();

  static List<String> backends() {
    return TestBackend.names().toList();
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    Arrays.setAll(out, i -> array.get(i).intValue());
    return out;
  }

  private int[] prompt() {
    return prompt(fixture);
  }

  private static int[] prompt(Fixture fixture) {
    return ints(fixture.json("greedy.json").path("prompt"));
  }

  private List<Integer> expected() {
    return expected(fixture);
  }

  private static List<Integer> expected(Fixture fixture) {
    return Arrays.stream(ints(fixture.json("greedy.json").path("greedy12"))).boxed().toList();
  }

  private Backend open(String name) {
    Backend backend = TestBackend.open(name);
    fixture.folder.weights().load(backend, DType.F32);
    return backend;
  }

  private Generator generator(Backend backend, int slots) {
    return generator(backend, List.of(16, 64), slots);
  }

  private Generator generator(Backend backend, List<Integer> chunks, int slots) {
    return generator(fixture, backend, chunks, slots);
  }

  private static Generator generator(
      Fixture fixture, Backend backend, List<Integer> chunks, int slots) {
    return new Generator(
        fixture.model(),
        Optional.empty(),
        DType.F32,
        backend,
        TestBackend.compiler(backend),
        chunks,
        slots);
  }

  /** backend × architecture. */
  static List<List<String>> backendsAndModels() {
    return TestBackend.names()
        .flatMap(name -> Stream.of("llama", "qwen2").map(model -> List.of(name, model)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("backendsAndModels")
  void greedyTokensAreThoseOfTransformers(List<String> names) {
    Fixture of = new Fixture(names.get(1));
    try (Backend backend = TestBackend.open(names.get(0))) {
      of.folder.weights().load(backend, DType.F32);
      try (Generator generator = generator(of, backend, List.of(16, 64), 128)) {
        List<Integer> heard = new ArrayList<>();
        Generation made =
            generator
                .generate(
                    List.of(prompt(of)),
                    GenerationConfig.greedy(12, Set.of()),
                    (row, id) -> heard.add(id))
                .get(0);
        assertThat(made.ids()).isEqualTo(expected(of)).isEqualTo(heard);
        assertThat(made.finish()).isEqualTo(Generation.Finish.LENGTH);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aCacheThatGrowsChangesNothing(String name) {
    GenerationConfig config = GenerationConfig.greedy(40, Set.of());
    List<int[]> prompts = List.of(Arrays.copyOf(prompt(), 5));
    try (Backend backend = open(name)) {
      List<Generation> grown;
      try (Generator small = generator(backend, 17)) {
        grown = small.generate(prompts, config, TokenListener.none());
      }
      // 16 slots of prompt and 40 of answer in a cache that began with 17.
      assertThat(grown.get(0).ids()).hasSize(40);
      try (Generator large = generator(backend, 128)) {
        assertThat(large.generate(prompts, config, TokenListener.none())).isEqualTo(grown);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rowsOfABatchDoNotKnowEachOther(String name) {
    List<int[]> prompts =
        List.of(prompt(), new int[] {3}, Arrays.copyOf(prompt(), 4), longPrompt(16));
    try (Backend backend = open(name);
        Generator generator = generator(backend, 128)) {
      for (GenerationConfig config :
          List.of(GenerationConfig.greedy(10, Set.of()), GenerationConfig.greedy(10, Set.of(58)))) {
        List<Generation> together = generator.generate(prompts, config, TokenListener.none());
        for (int i = 0; i < prompts.size(); i++) {
          assertThat(together.get(i))
              .as("prompt %s", i)
              .isEqualTo(
                  generator.generate(List.of(prompts.get(i)), config, TokenListener.none()).get(0));
        }
      }
    }
  }

  private static int[] longPrompt(int length) {
    int[] out = new int[length];
    Arrays.setAll(out, i -> (i * 37 + 11) % 256);
    return out;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLongPromptInPiecesGivesWhatOnePieceGives(String name) {
    List<int[]> prompts = List.of(longPrompt(50), prompt());
    GenerationConfig config = GenerationConfig.greedy(4, Set.of());
    try (Backend backend = open(name)) {
      List<Generation> whole;
      try (Generator one = generator(backend, List.of(64), 128)) {
        whole = one.generate(prompts, config, TokenListener.none());
      }
      try (Generator pieces = generator(backend, List.of(4, 12), 128)) {
        assertThat(pieces.generate(prompts, config, TokenListener.none())).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anIdThatEndsTheTextIsNotPartOfIt(String name) {
    try (Backend backend = open(name);
        Generator generator = generator(backend, 128)) {
      Generation made =
          generator
              .generate(
                  List.of(prompt()), GenerationConfig.greedy(12, Set.of(58)), TokenListener.none())
              .get(0);
      assertThat(made.ids()).isEqualTo(expected().subList(0, 3));
      assertThat(made.finish()).isEqualTo(Generation.Finish.STOP);
    }
  }

  @Test
  void samplingRepeatsWithItsSeed() {
    try (Backend backend = open("reference");
        Generator generator = generator(backend, 128)) {
      GenerationConfig seven = new GenerationConfig(12, 1, 0, 1, 7, Set.of());
      GenerationConfig eight = new GenerationConfig(12, 1, 0, 1, 8, Set.of());
      List<int[]> prompts = List.of(prompt());
      List<Generation> first = generator.generate(prompts, seven, TokenListener.none());
      assertThat(generator.generate(prompts, seven, TokenListener.none())).isEqualTo(first);
      assertThat(generator.generate(prompts, eight, TokenListener.none())).isNotEqualTo(first);
    }
  }

  /** backend × adapter. */
  static List<Arguments> adapters() {
    return TestBackend.names()
        .flatMap(b -> Stream.of("lora", "dora").map(a -> Arguments.of(b, a)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void anAdapterTakesPart(String name, String kind) {
    SavedAdapter adapter = fixture.adapter(kind).bind(fixture.model());
    try (Backend backend = open(name)) {
      adapter.load(fixture.model(), DType.F32, backend, TestBackend.compiler(backend));
      GenerationConfig config = GenerationConfig.greedy(12, Set.of());
      List<Generation> adapted;
      try (Generator with =
          new Generator(
              fixture.model(),
              Optional.of(adapter.binding()),
              DType.F32,
              backend,
              TestBackend.compiler(backend))) {
        adapted = with.generate(List.of(prompt()), config, TokenListener.none());
      }
      try (Generator without = generator(backend, 128)) {
        assertThat(without.generate(List.of(prompt()), config, TokenListener.none()))
            .isNotEqualTo(adapted);
      }
    }
  }

  @Test
  void theModelsOwnLimitEndsAText() {
    try (Backend backend = open("reference");
        Generator generator = generator(backend, 256)) {
      Generation made =
          generator
              .generate(
                  List.of(longPrompt(126)),
                  GenerationConfig.greedy(50, Set.of()),
                  TokenListener.none())
              .get(0);
      assertThat(made.ids()).hasSize(2);
      assertThat(made.finish()).isEqualTo(Generation.Finish.LENGTH);
    }
  }

  @Test
  void promptsThatTheModelCannotTake() {
    try (Backend backend = open("reference");
        Generator generator = generator(backend, 128)) {
      refused(generator, List.of(), ErrorCode.DATA_EMPTY, "at least one prompt");
      refused(generator, List.of(prompt(), new int[0]), ErrorCode.DATA_EMPTY, "prompt 1");
      refused(generator, List.of(new int[] {1, 256}), ErrorCode.DATA_MALFORMED, "256");
      refused(generator, List.of(longPrompt(129)), ErrorCode.DATA_TOO_LONG, "128", "129");
    }
  }

  private static void refused(
      Generator generator, List<int[]> prompts, ErrorCode code, String... parts) {
    assertThatThrownBy(
            () ->
                generator.generate(
                    prompts, GenerationConfig.greedy(1, Set.of()), TokenListener.none()))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts);
            });
  }
}
