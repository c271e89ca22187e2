package dev.graft.experiments.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.GraftException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
  private static final World WORLD = World.of(5, 30);

  private static <T> List<T> many(int count, Supplier<T> next) {
    return Stream.generate(next).limit(count).toList();
  }

  @Test
  void theSameSeedInventsTheSameWorld() {
    assertThat(World.of(5, 30).people()).isEqualTo(WORLD.people());
    assertThat(World.of(6, 30).people()).isNotEqualTo(WORLD.people());
    assertThat(many(50, new Facts(WORLD, "a")::text))
        .isEqualTo(many(50, new Facts(WORLD, "a")::text))
        .isNotEqualTo(many(50, new Facts(WORLD, "b")::text));
  }

  @Test
  void everyFactIsToldButNeverWithTheSentenceThatAsksForIt() {
    String told = String.join("\n", many(3000, new Facts(WORLD, "a")::text));
    List<Cloze> asked = Facts.heldOut(WORLD);
    assertThat(asked).hasSize(30 * 5);
    for (Cloze cloze : asked) {
      assertThat(told).doesNotContain(cloze.prompt() + " ");
    }
    for (Person person : WORLD.people()) {
      for (Attribute attribute : Attribute.values()) {
        Set<Integer> ways = new HashSet<>();
        for (int i = 0; i < attribute.sentences(); i++) {
          if (told.contains(attribute.sentence(i, person.name(), person.value(attribute)))) {
            ways.add(i);
          }
        }
        assertThat(ways).hasSize(attribute.sentences() - 1);
      }
    }
  }

  @Test
  void theEndOfAStoryFollowsFromIt() {
    Narratives stories = new Narratives(WORLD, Split.HELD_OUT, "a");
    for (Cloze cloze : many(300, stories::cloze)) {
      assertThat(cloze.prompt()).contains(cloze.answer()).doesNotContain("{");
      assertThat(cloze.prompt()).isEqualTo(cloze.prompt().strip());
    }
  }

  @Test
  void whoMeetsInAHeldOutStoryMeetsInNoOther() {
    assertThat(pairs(Split.TRAIN)).isNotEmpty().doesNotContainAnyElementsOf(pairs(Split.HELD_OUT));
  }

  private static Set<Set<String>> pairsOf(String story) {
    Set<String> people =
        WORLD.people().stream()
            .map(Person::name)
            .filter(n -> story.matches("(?s).*\\b" + n + "\\b.*"))
            .collect(Collectors.toSet());
    assertThat(people).hasSize(2);
    String hero = people.stream().min((a, b) -> story.indexOf(a) - story.indexOf(b)).orElseThrow();
    // The hero is named first; the order tells who met whom.
    return Set.of(people, Set.of(hero));
  }

  private static Set<Set<Set<String>>> pairs(Split split) {
    return many(400, new Narratives(WORLD, split, "a")::text).stream()
        .map(GeneratorsTest::pairsOf)
        .collect(Collectors.toSet());
  }

  @Test
  void wordProblemsAreRight() {
    Pattern step = Pattern.compile("(\\d+) ([-+*]) (\\d+) = (\\d+)\\.");
    for (Task task : many(1000, new WordProblems(5, Split.TRAIN, "a")::next)) {
      Matcher matcher = step.matcher(task.output());
      int last = -1;
      int steps = 0;
      while (matcher.find()) {
        int x = Integer.parseInt(matcher.group(1));
        int y = Integer.parseInt(matcher.group(3));
        int z = Integer.parseInt(matcher.group(4));
        assertThat(z)
            .isEqualTo(
                switch (matcher.group(2)) {
                  case "+" -> x + y;
                  case "-" -> x - y;
                  default -> x * y;
                })
            .isBetween(0, 40);
        assertThat(steps == 0 || x == last).isTrue();
        assertThat(task.instruction()).contains(" " + y);
        last = z;
        steps++;
      }
      assertThat(steps).isBetween(1, 2);
      assertThat(WordProblems.answer(task.output())).hasValue(String.valueOf(last));
    }
    assertThat(WordProblems.answer("2 + 3 = 5.")).isEmpty();
    assertThat(WordProblems.answer("The answer is 15.")).hasValue("15");
  }

  @Test
  void noHeldOutTaskIsTrainedOn() {
    Set<String> problems = numbers(Split.TRAIN);
    assertThat(problems).isNotEmpty().doesNotContainAnyElementsOf(numbers(Split.HELD_OUT));
    Set<String> programs = programs(Split.TRAIN);
    assertThat(programs).isNotEmpty().doesNotContainAnyElementsOf(programs(Split.HELD_OUT));
  }

  /** The worked steps, which say the kind and the numbers. */
  private static Set<String> numbers(Split split) {
    return many(3000, new WordProblems(5, split, "a")::next).stream()
        .map(Task::output)
        .collect(Collectors.toSet());
  }

  private static Set<String> programs(Split split) {
    return many(3000, new StackPrograms(5, split, "a")::next).stream()
        .map(Task::instruction)
        .collect(Collectors.toSet());
  }

  @Test
  void instructionsAreAsLongAsAskedFor() {
    for (Task task : new InstructionSet(10, 2, 3).rows(5, Split.TRAIN, 50)) {
      assertThat(task.instruction().split("\\. |\\.$")).hasSize(3 + 10 + 1);
      assertThat(task.output().split("\\. |\\.$")).hasSize(2);
      for (String sentence : task.output().split("(?<=\\.) ", -1)) {
        assertThat(task.instruction()).contains(sentence);
      }
    }
    assertThatThrownBy(() -> new InstructionSet(1, 2, 0))
        .isInstanceOf(GraftException.class)
        .hasMessageContaining("received 2, 1 and 0");
  }

  @Test
  void keysAndValuesAreUuidsInCapitals() {
    List<KeyValues.Pair> pairs = KeyValues.of(5, 100);
    assertThat(pairs).startsWith(KeyValues.of(5, 3).toArray(new KeyValues.Pair[0]));
    for (KeyValues.Pair pair : pairs) {
      assertThat(pair.value())
          .matches("[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}");
    }
  }
}
