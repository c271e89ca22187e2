package dev.graft.experiments.report;

import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MaskedText;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What runs train on, as text: one example for every text and way to mask it. */
final class MaskExamples {
  private MaskExamples() {}

  /** The examples, the first text unfolded; nothing where no run has one. */
  static Optional<Markup> of(StudyResults results) {
    Map<String, Map<MaskedText, List<RunResult>>> texts = new LinkedHashMap<>();
    for (RunResult run : results.runs()) {
      run.example()
          .ifPresent(
              e ->
                  texts
                      .computeIfAbsent(e.text(), t -> new LinkedHashMap<>())
                      .computeIfAbsent(e, m -> new ArrayList<>())
                      .add(run));
    }
    // Other seeds draw other rows, which show nothing new.
    Set<Map<String, String>> shown = new HashSet<>();
    List<Markup> parts = new ArrayList<>();
    texts.forEach(
        (text, masks) -> {
          List<RunResult> all = masks.values().stream().flatMap(List::stream).toList();
          if (shown.addAll(all.stream().map(RunResult::levels).toList())) {
            parts.add(part(results, masks, all, parts.isEmpty()));
          }
        });
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Markup out = Markup.of("div");
    parts.forEach(out::add);
    return Optional.of(out);
  }

  private static Markup part(
      StudyResults results,
      Map<MaskedText, List<RunResult>> masks,
      List<RunResult> all,
      boolean open) {
    Markup out = Markup.of("details");
    if (open) {
      out.with("open", "");
    }
    String levels = levels(results.factors(), all, List.of());
    out.add(Markup.of("summary").text(levels.isEmpty() ? "The first row of all runs" : levels));
    masks.forEach(
        (example, runs) -> {
          if (masks.size() > 1) {
            out.add(Markup.of("h4").text(levels(results.factors(), runs, all)));
          }
          Markup text = Markup.of("p", "example");
          example.pieces().forEach(p -> text.add(piece(p)));
          out.add(text);
        });
    return out;
  }

  private static Markup piece(MaskedText.Piece piece) {
    String kind = piece.weight() == 0 ? "w0" : piece.weight() < 1 ? "w5" : "w10";
    return Markup.of("span", kind).with("title", "weight " + piece.weight()).text(piece.text());
  }

  /**
   * The levels that some runs have, of the factors whose levels they share only a part of.
   *
   * @param among runs that need no telling apart by what they all have; all of the study when empty
   */
  private static String levels(List<Factor> factors, List<RunResult> runs, List<RunResult> among) {
    List<String> out = new ArrayList<>();
    for (Factor f : factors) {
      List<String> own = present(f, runs);
      List<String> others = among.isEmpty() ? f.levels() : present(f, among);
      if (own.size() < others.size()) {
        out.add(f.name() + ": " + String.join(", ", own));
      }
    }
    return String.join(" · ", out);
  }

  private static List<String> present(Factor factor, List<RunResult> runs) {
    return factor.levels().stream()
        .filter(l -> runs.stream().anyMatch(r -> l.equals(r.levels().get(factor.name()))))
        .toList();
  }
}
