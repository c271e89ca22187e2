package dev.graft.models.generation;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.CausalLm;
import dev.graft.models.GraphCompiler;
import dev.graft.models.PlacedModel;
import dev.graft.models.TokenIds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Generates text with a model whose weights, and whose adapter's parameters, a backend holds.
 * Prompts are sorted by length and continued in batches. Those of a batch are padded on the left,
 * so that all rows write the same slots of the cache; the cache doubles when it is full, and a
 * batch goes on with fewer rows when no more than a quarter of its texts have not ended. What a
 * prompt gives depends on its index where tokens are drawn, and not on the batch that it is in.
 *
 * <p>Compiled graphs and caches are kept for further batches. Used by one thread. A backend has one
 * open generator at a time, since the cache's variables have one name; close it before weights of
 * another dtype are written.
 */
public final class Generator implements AutoCloseable {
  /** The most prompts of a batch, unless the constructor is told otherwise. */
  public static final int BATCH = 16;

  /** Prompts are taken in pieces of one of these lengths. */
  private static final List<Integer> CHUNKS = List.of(16, 32, 48, 64, 96, 128, 192, 256);

  private static final int FIRST_SLOTS = 128;

  private final PlacedModel placed;
  private final CausalLm model;
  private final DType dtype;
  private final Backend backend;
  private final GraphCompiler compiler;
  private final int batch;
  private final List<Integer> chunks;
  private final Map<DecodingStep, Executable> steps = new HashMap<>();

  /** The numbers of rows that there is a cache for, all of so many slots. */
  private final Set<Integer> caches = new TreeSet<>();

  private int slots;

  /**
   * A generator of batches of {@link #BATCH} prompts.
   *
   * @param compiler compiles for the same backend
   */
  public Generator(PlacedModel placed, Backend backend, GraphCompiler compiler) {
    this(placed, backend, compiler, BATCH);
  }

  /**
   * A generator.
   *
   * @param batch the most prompts of a batch, at least 1: speed against the memory of the cache
   */
  public Generator(PlacedModel placed, Backend backend, GraphCompiler compiler, int batch) {
    this(placed, backend, compiler, batch, CHUNKS, FIRST_SLOTS);
  }

  Generator(
      PlacedModel placed,
      Backend backend,
      GraphCompiler compiler,
      int batch,
      List<Integer> chunks,
      int firstSlots) {
    if (batch < 1) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected a batch of at least 1 for generating, received " + batch);
    }
    this.placed = placed;
    this.model = placed.model();
    this.dtype = placed.compute();
    this.backend = backend;
    this.compiler = compiler;
    this.batch = batch;
    this.chunks = chunks;
    this.slots = firstSlots;
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids, with the start of text where the model wants one
   * @param listener hears of every token
   * @return what was generated for every prompt, in their order
   * @throws GraftException {@code data.empty}, {@code data.malformed} or {@code data.too-long} for
   *     prompts that the model cannot take
   */
  public List<Generation> generate(
      List<int[]> prompts, GenerationConfig config, TokenListener listener) {
    List<Continuation> texts = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      TokenIds.check(model.config(), prompts.get(i), "prompt " + i);
      texts.add(new Continuation(i, prompts.get(i)));
    }
    if (prompts.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, "expected at least one prompt to continue, received none");
    }
    List<Continuation> sorted = new ArrayList<>(texts);
    sorted.sort(Comparator.comparingInt(Continuation::promptLength));
    for (int from = 0; from < sorted.size(); from += batch) {
      run(sorted.subList(from, Math.min(from + batch, sorted.size())), config, listener);
    }
    return texts.stream().map(Continuation::result).toList();
  }

  private void run(List<Continuation> texts, GenerationConfig config, TokenListener listener) {
    int longest = texts.get(texts.size() - 1).promptLength();
    int chunk = chunk(longest);
    int padded = (longest + chunk - 1) / chunk * chunk;
    DecodingRows rows = new DecodingRows(texts, rowsFor(texts.size()), padded);
    prepareCache(rows.rows(), padded + 1);
    float[] logits = new float[0];
    for (int slot = 0; slot < padded; slot += chunk) {
      logits = step(rows, slot, chunk);
    }
    Sampler sampler = new Sampler(config);
    int slot = padded;
    while (true) {
      rows.each(
          logits,
          (text, own) -> text.next(own, sampler, config, model.config().maxPositions(), listener));
      if (rows.open() == 0) {
        return;
      }
      if (rows.open() <= rows.rows() / 4) {
        rows = shrink(rows);
      }
      if (slot == slots) {
        grow(rows.rows());
      }
      logits = step(rows, slot++, 1);
    }
  }

  /** The shortest piece that holds a prompt, else the longest piece. */
  private int chunk(int longest) {
    return chunks.stream()
        .filter(c -> longest <= c)
        .findFirst()
        .orElse(chunks.get(chunks.size() - 1));
  }

  /** A power of two, so that few shapes are compiled, but no more than a batch has. */
  private int rowsFor(int texts) {
    return Math.min(batch, Integer.highestOneBit(2 * texts - 1));
  }

  private float[] step(DecodingRows rows, int slot, int tokens) {
    int b = rows.rows();
    Executable executable =
        steps.computeIfAbsent(
            new DecodingStep(b, tokens, slots), s -> compiler.compile(s.trace(placed)));
    HostTensor logits =
        executable
            .run(
                Map.of(
                    DecodingStep.IDS,
                    HostTensor.ofLongs(Shape.of(b, tokens), rows.ids(slot, tokens)),
                    DecodingStep.STARTS,
                    HostTensor.ofLongs(Shape.of(b), rows.starts()),
                    DecodingStep.SLOT,
                    HostTensor.ofLongs(Shape.scalar(), slot)))
            .get(DecodingStep.LOGITS);
    if (logits == null) {
      throw new IllegalStateException("a run gives every output");
    }
    return logits.toFloats();
  }

  /** A cache of so many rows and enough slots; what it holds does not matter. */
  private void prepareCache(int rows, int wantedSlots) {
    int enough = slots;
    while (enough < wantedSlots) {
      enough *= 2;
    }
    if (enough > slots) {
      close();
      slots = enough;
    }
    allocate(rows);
  }

  private void allocate(int rows) {
    if (!caches.add(rows)) {
      return;
    }
    HostTensor zeros =
        HostTensor.generate(
            dtype, DecodingStep.type(model.config(), dtype, rows, slots).shape(), i -> 0);
    for (String variable : DecodingStep.variables(model.config(), rows, slots)) {
      backend.write(variable, zeros, dtype);
    }
  }

  /** Goes on with the texts that have not ended, and what the cache holds for them. */
  private DecodingRows shrink(DecodingRows rows) {
    int to = rowsFor(rows.open());
    allocate(to);
    try (Executable take =
        compiler.compile(DecodingStep.take(model.config(), dtype, rows.rows(), to, slots))) {
      take.run(Map.of(DecodingStep.ROWS, HostTensor.ofLongs(Shape.of(to), rows.kept(to))));
    }
    return rows.shrunk(to);
  }

  /** Doubles the slots of the cache of so many rows; the other caches are given up. */
  private void grow(int rows) {
    int before = slots;
    closeSteps();
    release(caches.stream().filter(r -> r != rows).toList());
    caches.clear();
    slots = 2 * before;
    allocate(rows);
    try (Executable copy =
        compiler.compile(DecodingStep.grow(model.config(), dtype, rows, before, slots))) {
      copy.run(Map.of());
    }
    DecodingStep.variables(model.config(), rows, before).forEach(backend::release);
  }

  private void closeSteps() {
    steps.values().forEach(Executable::close);
    steps.clear();
  }

  private void release(List<Integer> rows) {
    rows.forEach(r -> DecodingStep.variables(model.config(), r, slots).forEach(backend::release));
  }

  /** Frees the compiled graphs and the caches. */
  @Override
  public void close() {
    closeSteps();
    release(List.copyOf(caches));
    caches.clear();
  }
}
