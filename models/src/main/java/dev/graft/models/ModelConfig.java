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
}
