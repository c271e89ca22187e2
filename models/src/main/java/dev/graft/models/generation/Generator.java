package dev.graft.models.generation;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterBinding;
import dev.graft.models.CausalLm;
import dev.graft.models.GraphCompiler;
import dev.graft.models.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Generates text with a model whose weights, and whose adapter's parameters, a backend holds.
 * Prompts of a batch are padded on the left, so that all rows write the same slots of the cache;
 * the cache doubles when it is full. Compiled graphs are kept for further batches of as many rows.
 *
 * <p>Used by one thread. A backend has one open generator at a time, since the cache's variables
 * have one name; close it before weights of another dtype are written.
 */
public final class Generator implements AutoCloseable {
  /** Prompts are taken in pieces of one of these lengths. */
  private static final List<Integer> CHUNKS = List.of(16, 64, 256);

  private static final int FIRST_SLOTS = 128;

  private final CausalLm model;
  private final Optional<AdapterBinding> adapter;
  private final DType dtype;
  private final Backend backend;
  private final GraphCompiler compiler;
  private final List<Integer> chunks;
  private final int firstSlots;
  private final Map<DecodingStep, Executable> steps = new HashMap<>();
  private int rows;
  private int slots;

  /**
   * A generator.
   *
   * @param compute the dtype that the weights were loaded in
   * @param compiler compiles for the same backend
   */
  public Generator(
      CausalLm model,
      Optional<AdapterBinding> adapter,
      DType compute,
      Backend backend,
      GraphCompiler compiler) {
    this(model, adapter, compute, backend, compiler, CHUNKS, FIRST_SLOTS);
  }

  Generator(
      CausalLm model,
      Optional<AdapterBinding> adapter,
      DType compute,
      Backend backend,
      GraphCompiler compiler,
      List<Integer> chunks,
      int firstSlots) {
    this.model = model;
    this.adapter = adapter;
    this.dtype = compute;
    this.backend = backend;
    this.compiler = compiler;
    this.chunks = chunks;
    this.firstSlots = firstSlots;
  }

  /**
   * Continues prompts, all in one batch.
   *
   * @param prompts token ids, with the start of text where the model wants one
   * @param listener hears of every token
   * @return what was generated for every prompt, in their order
   * @throws GraftException {@code data.empty}, {@code data.malformed} or {@code data.too-long} for
   *     prompts that the model cannot take
   */
  public List<Generation> generate(
      List<int[]> prompts, GenerationConfig config, TokenListener listener) {
    int longest = 0;
    for (int i = 0; i < prompts.size(); i++) {
      TokenIds.check(model.config(), prompts.get(i), "prompt " + i);
      longest = Math.max(longest, prompts.get(i).length);
    }
    if (prompts.isEmpty()) {
      throw new GraftException(
          ErrorCode.DATA_EMPTY, "expected at least one prompt to continue, received none");
    }
    int chunk = chunk(longest);
    int padded = (longest + chunk - 1) / chunk * chunk;
    Batch batch = new Batch(prompts, config, listener, padded);
    prepareCache(prompts.size(), padded + 1);
    float[] logits = new float[0];
    for (int slot = 0; slot < padded; slot += chunk) {
      logits = step(batch, slot, chunk);
    }
    batch.take(logits);
    for (int slot = padded; !batch.finished(); slot++) {
      if (slot == slots) {
        grow();
      }
      batch.take(step(batch, slot, 1));
    }
    return batch.results();
  }

  /** The shortest piece that holds a prompt, else the longest piece. */
  private int chunk(int longest) {
    return chunks.stream()
        .filter(c -> longest <= c)
        .findFirst()
        .orElse(chunks.get(chunks.size() - 1));
  }

  private float[] step(Batch batch, int slot, int tokens) {
    DecodingStep step = new DecodingStep(rows, tokens, slots);
    Executable executable =
        steps.computeIfAbsent(step, s -> compiler.compile(s.trace(model, adapter, dtype)));
    HostTensor logits =
        executable
            .run(
                Map.of(
                    DecodingStep.IDS,
                    HostTensor.ofLongs(Shape.of(rows, tokens), batch.ids(slot, tokens)),
                    DecodingStep.STARTS,
                    HostTensor.ofLongs(Shape.of(rows), batch.starts()),
                    DecodingStep.SLOT,
                    HostTensor.ofLongs(Shape.scalar(), slot)))
            .get(DecodingStep.LOGITS);
    if (logits == null) {
      throw new IllegalStateException("a run gives every output");
    }
    return logits.toFloats();
  }

  /** A cache of the right number of rows and enough slots; what it holds does not matter. */
  private void prepareCache(int wantedRows, int wantedSlots) {
    int enough = firstSlots;
    while (enough < wantedSlots) {
      enough *= 2;
    }
    if (rows == wantedRows && slots >= enough) {
      return;
    }
    close();
    rows = wantedRows;
    slots = enough;
    allocate();
  }

  private void allocate() {
    HostTensor zeros =
        HostTensor.generate(
            dtype, DecodingStep.type(model.config(), dtype, rows, slots).shape(), i -> 0);
    for (String variable : DecodingStep.variables(model.config(), rows, slots)) {
      backend.write(variable, zeros, dtype);
    }
  }

  private void grow() {
    int before = slots;
    closeSteps();
    slots = 2 * before;
    allocate();
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

  /** Frees the compiled graphs and the cache. */
  @Override
  public void close() {
    closeSteps();
    if (rows > 0) {
      DecodingStep.variables(model.config(), rows, slots).forEach(backend::release);
    }
    rows = 0;
    slots = 0;
  }

  /** The rows of one call: their padded prompts and what they have generated. */
  private final class Batch {
    private final List<int[]> prompts;
    private final Sampler sampler;
    private final Set<Integer> stopIds;
    private final TokenListener listener;
    private final int padded;
    private final int maxTokens;
    private final List<List<Integer>> generated = new ArrayList<>();
    private final List<Optional<Generation.Finish>> finish = new ArrayList<>();

    Batch(List<int[]> prompts, GenerationConfig config, TokenListener listener, int padded) {
      this.prompts = prompts;
      this.sampler = new Sampler(config);
      this.stopIds = config.stopIds();
      this.listener = listener;
      this.padded = padded;
      this.maxTokens = config.maxTokens();
      prompts.forEach(
          p -> {
            generated.add(new ArrayList<>());
            finish.add(Optional.empty());
          });
    }

    /** Ids [b, t] of the slots from the given one; rows that have ended repeat their last id. */
    long[] ids(int slot, int tokens) {
      long[] out = new long[prompts.size() * tokens];
      for (int row = 0; row < prompts.size(); row++) {
        for (int i = 0; i < tokens; i++) {
          out[row * tokens + i] = id(row, slot + i);
        }
      }
      return out;
    }

    private int id(int row, int slot) {
      int[] prompt = prompts.get(row);
      int at = slot - (padded - prompt.length);
      if (at < prompt.length) {
        return at < 0 ? prompt[0] : prompt[at];
      }
      List<Integer> added = generated.get(row);
      return added.isEmpty()
          ? prompt[prompt.length - 1]
          : added.get(Math.min(at - prompt.length, added.size() - 1));
    }

    long[] starts() {
      return prompts.stream().mapToLong(p -> padded - p.length).toArray();
    }

    /** Draws the next token of every row that has not ended. */
    void take(float[] logits) {
      int vocab = model.config().vocabSize();
      for (int row = 0; row < prompts.size(); row++) {
        if (finish.get(row).isPresent()) {
          continue;
        }
        float[] own = java.util.Arrays.copyOfRange(logits, row * vocab, (row + 1) * vocab);
        List<Integer> ids = generated.get(row);
        int id = sampler.next(own, ids.size(), row);
        if (stopIds.contains(id)) {
          finish.set(row, Optional.of(Generation.Finish.STOP));
          continue;
        }
        ids.add(id);
        listener.token(row, id);
        int length = prompts.get(row).length + ids.size();
        if (ids.size() >= maxTokens || length >= model.config().maxPositions()) {
          finish.set(row, Optional.of(Generation.Finish.LENGTH));
        }
      }
    }

    boolean finished() {
      return finish.stream().allMatch(Optional::isPresent);
    }

    List<Generation> results() {
      List<Generation> out = new ArrayList<>();
      for (int row = 0; row < prompts.size(); row++) {
        out.add(new Generation(generated.get(row), finish.get(row).orElseThrow()));
      }
      return out;
    }
  }
}
