package dev.graft.models;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** A model folder as Hugging Face lays it out: configuration, weights and tokenizer. */
public final class ModelFolder {
  static final String CONFIG = "config.json";

  private static final String GENERATION = "generation_config.json";

  private final Path path;
  private final CausalLm model;
  private final Weights weights;

  private ModelFolder(Path path, CausalLm model, Weights weights) {
    this.path = path;
    this.model = model;
    this.weights = weights;
  }

  /**
   * Opens a folder: reads {@code config.json} and checks the weights' names and shapes. The
   * tokenizer is read when it is asked for.
   *
   * @throws GraftException {@code file.missing}, {@code file.malformed}, {@code model.unsupported},
   *     {@code model.weights}
   */
  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected a model folder at '"
              + path
              + "', received "
              + (Files.exists(path) ? "a file" : "nothing")
              + ". Give the folder that holds config.json.");
    }
    CausalLm model = Architectures.create(ConfigFile.read(path.resolve(CONFIG)));
    return new ModelFolder(path, model, Weights.of(model, Safetensors.openFolder(path)));
  }

  /** The architecture of a {@code config.json} alone, for a model without weights. */
  public static CausalLm architecture(Path configFile) {
    return Architectures.create(ConfigFile.read(configFile));
  }

  public Path path() {
    return path;
  }

  public CausalLm model() {
    return model;
  }

  public Weights weights() {
    return weights;
  }

  /** Whether the folder has a {@code tokenizer.json}. */
  public boolean hasTokenizer() {
    return Tokenizer.isIn(path);
  }

  /**
   * Opens the tokenizer; the caller closes it.
   *
   * @throws GraftException {@code tokenizer} when it is missing or malformed
   */
  public Tokenizer openTokenizer() {
    return Tokenizer.open(path);
  }

  /**
   * The ids that end a generated text: those of {@code config.json} and of {@code
   * generation_config.json}. {@link #stopIds(Tokenizer)} has the tokenizer's own too.
   */
  public Set<Integer> stopIds() {
    Set<Integer> ids = new TreeSet<>(model.config().eosIds());
    Path generation = path.resolve(GENERATION);
    if (Files.exists(generation)) {
      ids.addAll(ConfigFile.read(generation).ids("eos_token_id"));
    }
    return ids;
  }

  /**
   * The ids that end a generated text, with the end of a text that the folder's tokenizer names.
   */
  public Set<Integer> stopIds(Tokenizer tokenizer) {
    Set<Integer> ids = stopIds();
    tokenizer.eosId().ifPresent(ids::add);
    return ids;
  }
}
