package dev.graft.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.models.AttentionBias;
import dev.graft.models.Fixture;
import dev.graft.models.ForwardPass;
import dev.graft.models.PlacedModel;
import dev.graft.models.SavedAdapter;
import dev.graft.models.TestBackend;
import dev.graft.models.WeightSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        new PlacedModel(fixture.model(), Optional.empty(), DType.F32),
        backend,
        TestBackend.compiler(backend),
        Generator.BATCH,
        chunks,
        slots);
  }

  private Generator batches(Fixture of, Backend backend, int batch, int slots) {
    return new Generator(
        new PlacedModel(of.model(), Optional.empty(), DType.F32),
        backend,
        TestBackend.compiler(backend),
        batch,
        List.of(4, 16),
        slots);
  }

  /** Prompts of 1 to 19 ids; 0 is padding in the fixtures, whose embedding is zero. */
  private static List<int[]> prompts() {
    return IntStream.range(0, 7)
        .mapToObj(
            i -> IntStream.range(0, 1 + 7 * i % 19).map(j -> 1 + (i * 91 + j * 37) % 255).toArray())
        .toList();
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

  /**
   * Seven prompts one by one, in batches of four, and all at once. Some end early, so that batches
   * shrink, and the cache grows meanwhile. {@link #noTokenIsANearTie} says why engines that round
   * may be held to equal ids.
   */
  @ParameterizedTest
  @MethodSource("backendsAndModels")
  void theSizeOfABatchChangesNothing(List<String> names) {
    Fixture of = new Fixture(names.get(1));
    List<int[]> prompts = prompts();
    try (Backend backend = TestBackend.open(names.get(0))) {
      of.folder.weights().load(backend, DType.F32);
      Set<Integer> often =
          IntStream.range(0, 16).mapToObj(i -> 10 + 16 * i).collect(Collectors.toSet());
      for (GenerationConfig config :
          List.of(
              GenerationConfig.greedy(24, often),
              new GenerationConfig(24, 0.7, 40, 0.95, 5, often))) {
        List<Generation> alone;
        try (Generator one = batches(of, backend, 1, 64)) {
          alone = one.generate(prompts, config, TokenListener.none());
        }
        assertThat(alone)
            .extracting(Generation::finish)
            .contains(Generation.Finish.STOP, Generation.Finish.LENGTH);
        for (int batch : new int[] {4, 16}) {
          try (Generator many = batches(of, backend, batch, 21)) {
            assertThat(many.generate(prompts, config, TokenListener.none())).isEqualTo(alone);
          }
        }
      }
      GenerationConfig config = GenerationConfig.greedy(3, Set.of());
      try (Generator again = batches(of, backend, 16, 64)) {
        List<Generation> first = again.generate(prompts, config, TokenListener.none());
        assertThat(again.generate(prompts.subList(0, 2), config, TokenListener.none()))
            .isEqualTo(first.subList(0, 2));
        assertThat(again.generate(prompts, config, TokenListener.none())).isEqualTo(first);
      }
    }
  }

  /** Rounding changes logits by some 1e-6 of their size, which is about 1. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2"})
  void noTokenIsANearTie(String model) {
    Fixture of = new Fixture(model);
    List<int[]> prompts = prompts();
    try (Backend backend = TestBackend.open("reference")) {
      of.folder.weights().load(backend, DType.F32);
      try (Generator generator = batches(of, backend, 16, 64)) {
        List<Generation> made =
            generator.generate(
                prompts, GenerationConfig.greedy(24, Set.of()), TokenListener.none());
        for (int i = 0; i < prompts.size(); i++) {
          assertThat(margin(of, backend, prompts.get(i), made.get(i)))
              .as("prompt %s", i)
              .isGreaterThan(1e-4);
        }
      }
    }
  }

  /**
   * The least gap between the logit of a token that was taken and the next, of a pass over the
   * whole text without a cache; negative when another token should have been taken.
   */
  private static double margin(Fixture of, Backend backend, int[] prompt, Generation made) {
    int t = prompt.length + made.ids().size();
    int[] text = IntStream.concat(IntStream.of(prompt), IntStream.of(made.toArray())).toArray();
    Trace trace = new Trace("margin");
    Tensor ids = trace.input("ids", DType.I64, 1, t);
    ForwardPass pass = ForwardPass.of(trace, of.model(), DType.F32).build();
    Tensor hidden =
        of.model()
            .hidden(pass, ids, trace.iota(1, 1, t), AttentionBias.causal(trace, t, DType.F32));
    trace.output("logits", pass.logits(hidden));
    long[] longs = Arrays.stream(text).asLongStream().toArray();
    HostTensor logits =
        TestBackend.run(backend, trace, Map.of("ids", HostTensor.ofLongs(ids.shape(), longs)))
            .get("logits");
    int vocab = logits.shape().dim(2);
    double least = Double.POSITIVE_INFINITY;
    for (int at = prompt.length; at < t; at++) {
      for (int id = 0; id < vocab; id++) {
        if (id != text[at]) {
          long row = (at - 1L) * vocab;
          least = Math.min(least, logits.get(row + text[at]) - logits.get(row + id));
        }
      }
    }
    return least;
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
              new PlacedModel(fixture.model(), Optional.of(adapter.binding()), DType.F32),
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

  /** As in the middle of training all weights, where f32 copies are rounded in every pass. */
  @Test
  void weightsInTrainingAreKeptWide() {
    GenerationConfig config = GenerationConfig.greedy(12, Set.of());
    List<String> all = fixture.model().weights().stream().map(WeightSpec::name).toList();
    for (DType compute : List.of(DType.BF16, DType.F64)) {
      List<List<Generation>> made = new ArrayList<>();
      for (Set<String> trainable : List.of(Set.<String>of(), Set.copyOf(all))) {
        PlacedModel placed = new PlacedModel(fixture.model(), Optional.empty(), compute, trainable);
        try (Backend backend = TestBackend.open("reference");
            Generator generator = new Generator(placed, backend, TestBackend.compiler(backend))) {
          fixture.folder.weights().load(backend, compute, trainable);
          made.add(generator.generate(List.of(prompt()), config, TokenListener.none()));
        }
      }
      assertThat(made.get(1)).isEqualTo(made.get(0));
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

  @Test
  void aBatchOfNothing() {
    try (Backend backend = open("reference")) {
      assertThatThrownBy(() -> batches(fixture, backend, 0, 16))
          .isInstanceOf(GraftException.class)
          .hasMessageContaining("batch of at least 1");
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
