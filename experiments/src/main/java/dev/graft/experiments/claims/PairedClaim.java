package dev.graft.experiments.claims;

import dev.graft.experiments.results.StudyResults;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A claim that rests on paired comparisons. All that decide have to hold for "reproduced"; one on
 * the other side of its threshold is enough for "not reproduced".
 *
 * @param parts its comparisons for the runs that there are
 * @param remark what has to be known of these runs, in half a sentence; empty where nothing has
 */
record PairedClaim(
    String id, String statement, Function<Runs, List<Part>> parts, Function<Runs, String> remark)
    implements Claim {
  /** Up to so many comparisons are told in full. */
  private static final int TOLD = 3;

  PairedClaim(String id, String statement, Function<Runs, List<Part>> parts) {
    this(id, statement, parts, runs -> "");
  }

  @Override
  public Verdict judge(StudyResults results, String engine) {
    Runs runs = new Runs(results, engine);
    List<Part.Made> made = parts.apply(runs).stream().map(p -> p.make(runs)).toList();
    List<Part.Made> deciding = made.stream().filter(m -> m.part().decides()).toList();
    Outcome outcome = outcome(deciding);
    return new Verdict(
        id,
        statement,
        engine,
        outcome,
        sentence(outcome, deciding, remark.apply(runs)),
        made.stream().flatMap(m -> m.comparison().stream()).toList());
  }

  private static Outcome outcome(List<Part.Made> deciding) {
    List<Outcome> outcomes = deciding.stream().map(Part.Made::outcome).toList();
    if (outcomes.contains(Outcome.NOT_REPRODUCED)) {
      return Outcome.NOT_REPRODUCED;
    }
    if (outcomes.contains(Outcome.NOT_TESTED)) {
      return Outcome.NOT_TESTED;
    }
    return outcomes.contains(Outcome.UNDECIDED) ? Outcome.UNDECIDED : Outcome.REPRODUCED;
  }

  private static String sentence(Outcome outcome, List<Part.Made> deciding, String remark) {
    String missing =
        deciding.stream()
            .filter(m -> m.outcome() == Outcome.NOT_TESTED)
            .map(Part.Made::missing)
            .distinct()
            .collect(Collectors.joining("; "));
    if (outcome == Outcome.NOT_TESTED) {
      return "Not tested: " + missing + ".";
    }
    String end =
        (missing.isEmpty() ? "" : "; another was not made: " + missing)
            + (remark.isEmpty() ? "" : "; " + remark)
            + ".";
    List<Part.Made> made = deciding.stream().filter(m -> m.comparison().isPresent()).toList();
    if (deciding.size() == 1) {
      Part.Made only = made.get(0);
      return capital(only.words())
          + " ("
          + only.interval()
          + "): "
          + words(outcome)
          + "; "
          + only.part().limit().sentence()
          + " "
          + only.threshold()
          + end;
    }
    List<Part.Made> told =
        deciding.size() <= TOLD
            ? made
            : made.stream()
                .filter(m -> m.outcome() == outcome)
                .min(Comparator.comparingDouble(Part.Made::margin))
                .stream()
                .toList();
    return capital(told.stream().map(PairedClaim::tell).collect(Collectors.joining("; ")))
        + ": "
        + words(outcome)
        + "; "
        + count(made)
        + (told.size() < made.size() ? " (the weakest is told)" : "")
        + end;
  }

  /** How many hold; those that decide are the first that a verdict lists. */
  private static String count(List<Part.Made> made) {
    long hold = made.stream().filter(m -> m.outcome() == Outcome.REPRODUCED).count();
    return hold == made.size()
        ? "all of the first " + hold + " comparisons hold"
        : hold
            + " of the first "
            + made.size()
            + (hold == 1 ? " comparisons holds" : " comparisons hold")
            + ", and all have to";
  }

  private static String tell(Part.Made made) {
    return made.words()
        + " ("
        + made.interval()
        + "; "
        + made.part().limit().brief()
        + " "
        + made.threshold()
        + ")";
  }

  /** A sentence begins with a capital, except with a name that has its own, such as rsLoRA. */
  private static String capital(String sentence) {
    boolean name = sentence.split(" ", 2)[0].chars().anyMatch(Character::isUpperCase);
    return name
        ? sentence
        : sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }

  private static String words(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
