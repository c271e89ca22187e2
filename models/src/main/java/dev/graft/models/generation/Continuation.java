package dev.graft.models.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A prompt and what was generated after it so far. */
final class Continuation {
  private final int index;
  private final int[] prompt;
  private final List<Integer> added = new ArrayList<>();
  private Optional<Generation.Finish> finish = Optional.empty();

  Continuation(int index, int[] prompt) {
    this.index = index;
    this.prompt = prompt;
  }

  int promptLength() {
    return prompt.length;
  }

  /** The id at a place of the text; before its start and after its end the nearest there is. */
  int id(int at) {
    if (at < prompt.length || added.isEmpty()) {
      return prompt[Math.min(Math.max(at, 0), prompt.length - 1)];
    }
    return added.get(Math.min(at - prompt.length, added.size() - 1));
  }

  boolean ended() {
    return finish.isPresent();
  }

  /** Draws the next token from logits [v], and tells of it. */
  void next(
      float[] logits,
      Sampler sampler,
      GenerationConfig config,
      int maxPositions,
      TokenListener listener) {
    int id = sampler.next(logits, added.size(), index);
    if (config.stopIds().contains(id)) {
      finish = Optional.of(Generation.Finish.STOP);
      return;
    }
    added.add(id);
    listener.token(index, id);
    if (added.size() >= config.maxTokens() || prompt.length + added.size() >= maxPositions) {
      finish = Optional.of(Generation.Finish.LENGTH);
    }
  }

  Generation result() {
    return new Generation(added, finish.orElseThrow());
  }
}
