package dev.graft.models;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.safetensors.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model folder as Hugging Face lays it out: configuration, weights and tokenizer. */
public final class ModelFolder {
  static final String CONFIG = "config.json";

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
}
