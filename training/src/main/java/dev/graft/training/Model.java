package dev.graft.training;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.tensor.DType;
import dev.graft.models.Merge;
import dev.graft.models.ModelFolder;
import dev.graft.models.generation.Generation;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.generation.TokenListener;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.AlpacaExample;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.Segment;
import dev.graft.training.data.TokenizerEncoder;
import dev.graft.training.model.LoadedModel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A language model that an engine holds, perhaps with adapters. Several threads may use it: one at
 * a time computes, the others wait. Close it to free the engine's memory.
 */
public final class Model implements AutoCloseable {
  private final LoadedModel loaded;
  private final Tokenizer tokenizer;
  private final Generator generator;
  private final Set<Integer> stopIds;
  private boolean closed;

  Model(LoadedModel loaded) {
    this.loaded = loaded;
    ModelFolder folder = loaded.folder();
    this.tokenizer = folder.openTokenizer();
    this.stopIds = folder.stopIds(tokenizer);
    this.generator = new Generator(loaded.placed(), loaded.backend(), loaded.compiler());
  }

  /** The folder that it was loaded from. */
  public ModelFolder folder() {
    return loaded.folder();
  }

  /**
   * Continues a text with the most likely tokens.
   *
   * @param maxTokens the most tokens to add; the model's end-of-text token ends it before
   * @return what was added
   */
  public String generate(String prompt, int maxTokens) {
    return generate(List.of(prompt), GenerationConfig.greedy(maxTokens, Set.of())).get(0);
  }

  /**
   * Answers an instruction with the most likely tokens; it is written as data of type {@code
   * alpaca} are.
   *
   * @param maxTokens the most tokens of the answer
   */
  public String answer(String instruction, int maxTokens) {
    return texts(
            List.of(AlpacaExample.prompt(instruction, "")),
            GenerationConfig.greedy(maxTokens, Set.of()))
        .get(0);
  }

  /**
   * Continues texts, in batches.
   *
   * @param config its stop ids are added to the model's own
   * @return what was added to each, without special tokens
   * @throws GraftException {@code data.empty} for an empty text
   */
  public List<String> generate(List<String> prompts, GenerationConfig config) {
    return texts(
        prompts.stream()
            .map(p -> new Rendering(List.of(Segment.text(p, Role.INSTRUCTION, 0))))
            .toList(),
        config);
  }

  private synchronized List<String> texts(List<Rendering> prompts, GenerationConfig config) {
    open();
    ExampleTokenizer encoder = new ExampleTokenizer(new TokenizerEncoder(tokenizer));
    Set<Integer> stops = new HashSet<>(stopIds);
    stops.addAll(config.stopIds());
    for (Rendering prompt : prompts) {
      if (prompt.text().isEmpty()) {
        throw new GraftException(
            ErrorCode.DATA_EMPTY, "expected a text to continue, received an empty one");
      }
    }
    List<Generation> generated =
        generator.generate(
            prompts.stream()
                .map(p -> encoder.tokenize(p).tokens().stream().mapToInt(t -> t.id()).toArray())
                .toList(),
            new GenerationConfig(
                config.maxTokens(),
                config.temperature(),
                config.topK(),
                config.topP(),
                config.seed(),
                stops),
            TokenListener.none());
    return generated.stream().map(g -> tokenizer.decode(g.toArray())).toList();
  }

  /**
   * Writes a model folder in which the adapters have become part of the weights, in f32.
   *
   * @param target a folder that does not exist or is empty
   * @throws GraftException {@code usage} for a model without adapters and for a target that is not
   *     free; {@code file.write}; nothing is left behind then
   */
  public synchronized void save(Path target) {
    open();
    Merge.write(
        loaded.folder(),
        loaded
            .savedAdapter()
            .orElseThrow(
                () ->
                    new GraftException(
                        ErrorCode.USAGE,
                        "expected a model with an adapter to save, received '"
                            + loaded.folder().path()
                            + "' without; copy the folder")),
        target,
        DType.F32,
        loaded.compiler());
  }

  private void open() {
    if (closed) {
      throw new GraftException(
          ErrorCode.USAGE, "expected an open model, received one that was closed; load it again");
    }
  }

  /** Frees what the engine holds; calls that wait then fail. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      generator.close();
      tokenizer.close();
      loaded.close();
    }
  }
}
