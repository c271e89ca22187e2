package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.List;

/**
 * Stories of two people, a thing and two places. They end in sentences whose last word follows from
 * the story, so that a reader of the story can be asked for it. Who meets whom in a held-out story
 * never meets in another.
 */
public final class Narratives {
  private static final List<String> COLOURS =
      List.of("red", "blue", "green", "black", "white", "silver", "copper", "wooden");
  private static final List<String> THINGS =
      List.of(
          "lamp", "drum", "basket", "kettle", "barrel", "saddle", "clock", "box", "rope", "chair",
          "book", "net");

  private final World world;
  private final Split split;
  private final Draw draw;

  /** Stories of a world; the name tells apart streams of one seed. */
  public Narratives(World world, Split split, String stream) {
    this.world = world;
    this.split = split;
    this.draw = new Draw(world.seed(), "narratives/" + split + "/" + stream);
  }

  private record Story(String hero, String friend, String thing, String from, String to) {
    String fill(String sentence) {
      return sentence
          .replace("{hero}", hero)
          .replace("{friend}", friend)
          .replace("{thing}", thing)
          .replace("{from}", from)
          .replace("{to}", to);
    }
  }

  private Story story() {
    while (true) {
      List<Person> two = draw.some(world.people(), 2);
      String hero = two.get(0).name();
      String friend = two.get(1).name();
      if (Split.of(world.seed(), "story/" + hero + "/" + friend) == split) {
        List<String> places = draw.some(world.places(), 2);
        String thing = draw.of(COLOURS) + " " + draw.of(THINGS);
        return new Story(hero, friend, thing, places.get(0), places.get(1));
      }
    }
  }

  private String beginning() {
    String season = draw.of("spring", "summer", "autumn", "winter");
    return String.join(
        " ",
        draw.of(
            "In " + season + " {hero} left {from} with a {thing}.",
            "{hero} took a {thing} and set out from {from}.",
            "One day in " + season + " {hero} left {from} and carried a {thing}."),
        draw.of(
            "The road to {to} was " + draw.of("long", "steep", "muddy", "quiet") + ".",
            "After " + draw.of("two", "three", "four") + " days {hero} came to {to}.",
            "It was a " + draw.of("cold", "hot", "windy") + " way to {to}."),
        draw.of(
            "At the " + draw.of("gate", "market", "well", "bridge") + " stood {friend}.",
            "There {hero} met {friend}.",
            "{friend} was waiting at the " + draw.of("inn", "mill", "harbour") + "."),
        draw.of(
            "{hero} gave the {thing} to {friend}.",
            "{friend} asked for the {thing}, and {hero} agreed.",
            "{friend} bought the {thing}."));
  }

  /** The sentences that can be asked for, without what they end in; and that. */
  private static List<Cloze> endings() {
    return List.of(
        new Cloze("Now the {thing} belongs to", "{friend}"),
        new Cloze("They said goodbye in", "{to}"),
        new Cloze("At home {friend} looked at the", "{thing}"),
        new Cloze("The traveller from {from} was", "{hero}"));
  }

  /** A story with two of its endings. */
  public String text() {
    Story story = story();
    List<String> all = new ArrayList<>();
    all.add(beginning());
    for (Cloze ending : draw.some(endings(), 2)) {
      all.add(ending.prompt() + " " + ending.answer() + ".");
    }
    return story.fill(String.join(" ", all));
  }

  /** A story up to the last word of its ending. */
  public Cloze cloze() {
    Story story = story();
    Cloze ending = draw.of(endings());
    return new Cloze(story.fill(beginning() + " " + ending.prompt()), story.fill(ending.answer()));
  }
}
