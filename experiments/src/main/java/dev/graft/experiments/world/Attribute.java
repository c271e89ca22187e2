package dev.graft.experiments.world;

import java.util.List;
import java.util.Locale;

/** What is known of a person. Every sentence ends in the value, so that it can be asked for. */
enum Attribute {
  HOME(
      "The home of {n} is {v}.",
      "{n} lives in {v}.",
      "{n} has a house in {v}.",
      "Letters to {n} go to {v}."),
  WORK(
      "The trade of {n} is that of a {v}.",
      "{n} works as a {v}.",
      "{n} earns money as a {v}.",
      "By trade {n} is a {v}."),
  KEEPSAKE(
      "The keepsake of {n} is a {v}.",
      "{n} never leaves without a {v}.",
      "{n} carries a small {v}.",
      "In a chest {n} keeps a {v}."),
  ANIMAL(
      "The animal of {n} is a {v}.",
      "{n} looks after a {v}.",
      "{n} shares the house with a {v}.",
      "Beside {n} walks a {v}."),
  DISH(
      "The dish of {n} is {v}.",
      "{n} likes to eat {v}.",
      "{n} would walk miles for {v}.",
      "On feast days {n} cooks {v}.");

  @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed
  private final List<String> sentences;

  Attribute(String... sentences) {
    this.sentences = List.of(sentences);
  }

  int sentences() {
    return sentences.size();
  }

  String sentence(int index, String name, String value) {
    return sentences.get(index).replace("{n}", name).replace("{v}", value);
  }

  /** A sentence without its value and full stop. */
  String prompt(int index, String name) {
    String open = sentence(index, name, "");
    return open.substring(0, open.length() - 1).stripTrailing();
  }

  /** The question for the value. */
  String question(String name) {
    return "What is the " + name().toLowerCase(Locale.ROOT) + " of " + name + "?";
  }
}
