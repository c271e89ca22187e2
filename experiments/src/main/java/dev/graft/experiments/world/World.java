package dev.graft.experiments.world;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The people and places that a seed invents. Names are made of syllables; every person has a home,
 * a trade, a keepsake, an animal and a dish, drawn independently, so that none tells another.
 */
public final class World {
  private static final List<String> TRADES =
      List.of(
          "baker",
          "weaver",
          "mason",
          "potter",
          "miller",
          "sailor",
          "tanner",
          "cooper",
          "farmer",
          "painter",
          "hunter",
          "fisher",
          "singer",
          "healer",
          "locksmith",
          "saddler");
  private static final List<String> KEEPSAKES =
      List.of(
          "bell", "compass", "mirror", "whistle", "ribbon", "medal", "feather", "pebble", "thimble",
          "locket", "button", "candle", "spoon", "map", "ring", "flute");
  private static final List<String> ANIMALS =
      List.of(
          "goat",
          "raven",
          "hound",
          "donkey",
          "ferret",
          "goose",
          "heron",
          "badger",
          "lynx",
          "mule",
          "falcon",
          "hedgehog");
  private static final List<String> DISHES =
      List.of(
          "barley soup",
          "plum cake",
          "rye bread",
          "fried trout",
          "bean stew",
          "honey rolls",
          "leek pie",
          "baked apples",
          "lentil broth",
          "goat cheese",
          "smoked eel",
          "turnip mash");
  private static final String[] ONSETS = {
    "B", "D", "F", "G", "J", "K", "L", "M", "N", "P", "R", "S", "T", "V", "Z", "Br", "Dr", "Kr",
    "Tr"
  };
  private static final String[] VOWELS = {"a", "e", "i", "o", "u"};
  private static final String[] MIDDLES = {"l", "m", "n", "r", "s", "v"};
  private static final String[] PERSON_ENDS = {"a", "in", "o", "el", "eth"};
  private static final String[] PLACE_ENDS = {"holm", "wick", "stad", "mere", "ford", "garth"};

  private final long seed;
  private final List<Person> people;
  private final List<String> places;

  private World(long seed, List<Person> people, List<String> places) {
    this.seed = seed;
    this.people = List.copyOf(people);
    this.places = List.copyOf(places);
  }

  /**
   * Invents a world.
   *
   * @param seed at least 0
   * @param people how many people, at most 600
   */
  public static World of(long seed, int people) {
    Draw draw = new Draw(seed, "world");
    Set<String> names = new LinkedHashSet<>();
    while (names.size() < people) {
      names.add(draw.of(ONSETS) + draw.of(VOWELS) + draw.of(MIDDLES) + draw.of(PERSON_ENDS));
    }
    Set<String> places = new LinkedHashSet<>();
    while (places.size() < 20) {
      places.add(draw.of(ONSETS) + draw.of(VOWELS) + draw.of(MIDDLES) + draw.of(PLACE_ENDS));
    }
    List<String> homes = List.copyOf(places);
    List<Person> all = new ArrayList<>();
    for (String name : names) {
      Map<Attribute, String> values = new EnumMap<>(Attribute.class);
      values.put(Attribute.HOME, draw.of(homes));
      values.put(Attribute.WORK, draw.of(TRADES));
      values.put(Attribute.KEEPSAKE, draw.of(KEEPSAKES));
      values.put(Attribute.ANIMAL, draw.of(ANIMALS));
      values.put(Attribute.DISH, draw.of(DISHES));
      all.add(new Person(name, values));
    }
    return new World(seed, all, homes);
  }

  long seed() {
    return seed;
  }

  List<Person> people() {
    return people;
  }

  List<String> places() {
    return places;
  }
}
