package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.training.data.DataStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The totals of a preview as rows of texts, for the terminal and for a page. */
final class PreviewTotals {
  private final PreviewResult result;

  PreviewTotals(PreviewResult result) {
    this.result = result;
  }

  /** What is the same for all masks: labels with values. */
  List<List<String>> data() {
    MaskedData d = result.data();
    Lengths l = d.lengths();
    List<List<String>> out = new ArrayList<>();
    out.add(List.of("rows", Text.count(l.size())));
    d.accepted()
        .flatMap(MaskedData.Accepted::heldOut)
        .ifPresent(h -> out.add(List.of("held out", Text.count(h.examples()) + " more rows")));
    out.add(List.of("tokens", Text.count(d.tokens())));
    for (Role role : result.roles()) {
      long n = d.tokensByRole().getOrDefault(role, 0L);
      out.add(
          List.of(
              "  " + PreviewResult.word(role),
              Text.count(n) + " (" + Text.percent(Text.ratio(n, d.tokens())) + ")"));
    }
    out.add(List.of("l_inst/l_out", ratio(d)));
    out.add(List.of("length", lengths(l)));
    return out;
  }

  private static String ratio(MaskedData d) {
    double ratio = d.instructionResponseRatio();
    return ratio == 0 ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
  }

  private static String lengths(Lengths l) {
    return "least "
        + Text.count(l.percentile(0))
        + ", median "
        + Text.count(l.percentile(50))
        + ", mean "
        + Text.count(Math.round(l.mean()))
        + ", 90 % "
        + Text.count(l.percentile(90))
        + ", 99 % "
        + Text.count(l.percentile(99))
        + ", most "
        + Text.count(l.percentile(100))
        + " tokens";
  }

  /** What each mask makes of it: a heading, then labels with a value for each mask. */
  List<List<String>> masks() {
    List<List<String>> out = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("mask"));
    heading.addAll(result.names());
    out.add(heading);
    out.add(
        row(
            "trained",
            m -> Text.count(m.trained()) + " tokens (" + Text.percent(m.trainedShare()) + ")"));
    for (Role role : result.roles()) {
      out.add(row("  " + PreviewResult.word(role), m -> ofRole(m, role)));
    }
    if (result.masks().stream().anyMatch(m -> m.weight() != m.trained())) {
      out.add(row("sum of weights", m -> String.format(Locale.ROOT, "%,.1f", m.weight())));
    }
    out.add(row("ends of turn", m -> of(m.trainedEnds(), m.ends())));
    out.add(row("rows untrained", PreviewTotals::untrained));
    out.add(row("dropped, too long", m -> of(m, a -> Text.count(a.data().dropped()))));
    out.add(row("truncated", m -> of(m, a -> Text.count(a.data().truncated()))));
    out.add(
        row(
            "packed rows",
            m ->
                of(
                    m,
                    a ->
                        Text.count(a.plan().rows())
                            + " of "
                            + Text.count(m.recipe().sequenceLen()))));
    out.add(row("padding", m -> of(m, a -> Text.percent(a.plan().paddingShare()))));
    out.add(row("steps an epoch", m -> of(m, a -> Text.count(a.stepsPerEpoch()))));
    if (result.masks().stream().anyMatch(m -> heldOut(m).isPresent())) {
      out.add(
          row(
              "held out, trained",
              m -> heldOut(m).map(h -> of(h.trainedTokens(), h.tokens())).orElse("-")));
    }
    out.add(row("training", PreviewTotals::verdict));
    return out;
  }

  private List<String> row(String label, Function<MaskedData, String> value) {
    List<String> out = new ArrayList<>(List.of(label));
    result.masks().forEach(m -> out.add(value.apply(m)));
    return out;
  }

  private static String ofRole(MaskedData m, Role role) {
    return of(m.trainedByRole().getOrDefault(role, 0L), m.tokensByRole().getOrDefault(role, 0L));
  }

  private static String untrained(MaskedData m) {
    return Text.count(m.untrained())
        + m.firstUntrained().map(o -> ", the first " + PreviewResult.place(o)).orElse("");
  }

  private static String of(long part, long whole) {
    return Text.count(part) + " of " + Text.count(whole);
  }

  private static Optional<DataStatistics> heldOut(MaskedData m) {
    return m.accepted().flatMap(MaskedData.Accepted::heldOut);
  }

  private static String of(MaskedData m, Function<MaskedData.Accepted, String> value) {
    return m.accepted().map(value).orElse("-");
  }

  private static String verdict(MaskedData m) {
    return m.refusal().map(GraftException::code).map(c -> "refused: " + c.id()).orElse("begins");
  }
}
