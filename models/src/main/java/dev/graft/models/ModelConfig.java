package dev.graft.models;

import java.util.List;
import java.util.OptionalInt;

/**
 * What every architecture's {@code config.json} says about the model.
 *
 * @param modelType the architecture, for example {@code llama}
 * @param vocabSize rows of the embedding, v
 * @param hiddenSize the width of the hidden states, c
 * @param layers the number of blocks
 * @param heads query heads
 * @param kvHeads key and value heads, g
 * @param headDim the width of a head, d
 * @param maxPositions the longest text that the model was made for
 * @param tiedHead whether the head uses the embedding's weight
 * @param bosId the id that starts a text, if there is one
 * @param eosIds the ids that end one; may be empty
 */
public record ModelConfig(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int maxPositions,
    boolean tiedHead,
    OptionalInt bosId,
    List<Integer> eosIds) {
  public ModelConfig {
    eosIds = List.copyOf(eosIds);
  }

  /**
   * Reads what the families that follow Llama write alike.
   *
   * @param maxPositions the longest text where the file does not say it
   */
  static ModelConfig read(ConfigFile file, int maxPositions) {
    int hidden = file.count("hidden_size");
    int heads = file.count("num_attention_heads");
    int kvHeads = file.count("num_key_value_heads", heads);
    if (heads % kvHeads != 0) {
      throw file.unsupported("num_key_value_heads", "a divisor of " + heads, kvHeads);
    }
    if (!file.has("head_dim") && hidden % heads != 0) {
      throw file.unsupported("hidden_size", "a multiple of " + heads + " heads", hidden);
    }
    return new ModelConfig(
        file.text("model_type"),
        file.count("vocab_size"),
        hidden,
        file.count("num_hidden_layers"),
        heads,
        kvHeads,
        file.count("head_dim", hidden / heads),
        file.count("max_position_embeddings", maxPositions),
        file.flag("tie_word_embeddings", false),
        file.id("bos_token_id"),
        file.ids("eos_token_id"));
  }
}
