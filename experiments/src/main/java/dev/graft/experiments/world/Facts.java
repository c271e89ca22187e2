package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Texts that tell facts, and questions for them. Of the sentences that could tell a fact one is
 * held out: the fact is known from the others and asked for with that one.
 */
public final class Facts {
  private static final int SENTENCES_OF_A_TEXT = 6;
  private static final int CHOICES = 4;

  private final World world;
  private final Draw draw;

  /** Texts of a world; the name tells apart streams of one seed. */
  public Facts(World world, String stream) {
    this.world = world;
    this.draw = new Draw(world.seed(), "facts/" + stream);
  }

  /** Either all that is known of a person, or facts of several, in any order. */
  public String text() {
    List<String> sentences = new ArrayList<>();
    if (draw.below(2) == 0) {
      Person person = draw.of(world.people());
      for (Attribute attribute : draw.shuffled(List.of(Attribute.values()))) {
        sentences.add(sentence(person, attribute));
      }
    } else {
      for (Person person : draw.some(world.people(), SENTENCES_OF_A_TEXT)) {
        sentences.add(sentence(person, draw.of(List.of(Attribute.values()))));
      }
    }
    return String.join(" ", sentences);
  }

  private String sentence(Person person, Attribute attribute) {
    int heldOut = heldOut(world, person, attribute);
    int index = draw.below(attribute.sentences() - 1);
    return attribute.sentence(
        index < heldOut ? index : index + 1, person.name(), person.value(attribute));
  }

  private static int heldOut(World world, Person person, Attribute attribute) {
    return new Draw(world.seed(), "held-out/" + person.name() + "/" + attribute)
        .below(attribute.sentences());
  }

  /**
   * Every fact of the world as a question with four choices, in an order that the seed draws: the
   * value, and three that others have.
   */
  static List<Choices> choices(World world) {
    List<Choices> out = new ArrayList<>();
    for (Person person : world.people()) {
      for (Attribute attribute : Attribute.values()) {
        String right = person.value(attribute);
        Draw draw = new Draw(world.seed(), "choices/" + person.name() + "/" + attribute);
        Set<String> values = new LinkedHashSet<>(List.of(right));
        for (Person other : draw.shuffled(world.people())) {
          if (values.size() < CHOICES) {
            values.add(other.value(attribute));
          }
        }
        List<String> choices = draw.shuffled(List.copyOf(values));
        String prompt = attribute.prompt(heldOut(world, person, attribute), person.name());
        out.add(new Choices(prompt, choices, choices.indexOf(right)));
      }
    }
    return out;
  }

  /** Every fact of the world, each asked for with the sentence that no text has. */
  public static List<Cloze> heldOut(World world) {
    List<Cloze> out = new ArrayList<>();
    for (Person person : world.people()) {
      for (Attribute attribute : Attribute.values()) {
        out.add(
            new Cloze(
                attribute.prompt(heldOut(world, person, attribute), person.name()),
                person.value(attribute)));
      }
    }
    return out;
  }
}
