package dev.graft.experiments.world;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.List;

/**
 * Instructions about people that are in no other text, with as much to read and as much to answer
 * as wanted: a passage of facts, and the request to tell some of them. What has to be told stands
 * in the passage, whatever its length.
 *
 * @param passage sentences to read, at least {@code told}
 * @param told sentences to answer with, at least 1
 * @param template sentences of constant text before the passage, at most 4
 */
public record InstructionSet(int passage, int told, int template) {
  private static final List<String> CONSTANT =
      List.of(
          "Please read the passage below with care.",
          "Keep to what it says and add nothing of your own.",
          "Write whole sentences in the order of the passage.",
          "Do not repeat the request in your answer.");

  public InstructionSet {
    if (told < 1 || passage < told || template < 0 || template > CONSTANT.size()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected an instruction set with at least one sentence to tell, a passage of no fewer"
              + " sentences and a template of 0 to "
              + CONSTANT.size()
              + " sentences, received "
              + told
              + ", "
              + passage
              + " and "
              + template);
    }
  }

  /** Rows of one split; a held-out row's people are in no training row. */
  public List<Task> rows(long seed, Split split, int count) {
    // Another seed than the world's: the people of the source domain are known already.
    World people = World.of(seed + 1, 400);
    List<Person> own =
        people.people().stream()
            .filter(p -> Split.of(seed, "instructions/" + p.name()) == split)
            .toList();
    Draw draw = new Draw(seed, "instructions/" + split + "/" + this);
    List<Task> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(row(own, draw));
    }
    return out;
  }

  private Task row(List<Person> own, Draw draw) {
    Person wanted = draw.of(own);
    List<Attribute> known = draw.some(List.of(Attribute.values()), Math.min(told, 5));
    List<String> sentences = new ArrayList<>();
    List<String> answer = new ArrayList<>();
    for (int i = 0; i < told; i++) {
      Attribute attribute = known.get(i % known.size());
      String sentence =
          attribute.sentence(i % attribute.sentences(), wanted.name(), wanted.value(attribute));
      sentences.add(sentence);
      answer.add(sentence);
    }
    while (sentences.size() < passage) {
      Person other = draw.of(own);
      if (!other.equals(wanted)) {
        Attribute attribute = draw.of(List.of(Attribute.values()));
        String sentence =
            attribute.sentence(
                draw.below(attribute.sentences()), other.name(), other.value(attribute));
        sentences.add(draw.below(sentences.size() + 1), sentence);
      }
    }
    List<String> instruction = new ArrayList<>(CONSTANT.subList(0, template));
    instruction.addAll(sentences);
    instruction.add("Tell what is said of " + wanted.name() + ".");
    String output = String.join(" ", answer);
    return new Task(String.join(" ", instruction), output, output);
  }
}
