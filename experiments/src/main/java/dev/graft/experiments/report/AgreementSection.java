package dev.graft.experiments.report;

import dev.graft.experiments.claims.EngineAgreement;
import java.util.List;

/** Whether the engines say the same. */
final class AgreementSection {
  private AgreementSection() {}

  /** What is shown of the agreement of two engines. */
  static Markup of(EngineAgreement agreement) {
    Markup out = Markup.of("div");
    if (agreement.curves().isEmpty()) {
      return out.add(Markup.of("p").text(AgreementWords.sentence(agreement)));
    }
    out.add(
        Markup.of("p")
            .add(Markup.of("strong").text(AgreementWords.sentence(agreement)))
            .text(" " + AgreementWords.RULE));
    Markup head = Markup.of("tr");
    for (String title : List.of("compared", "difference", "allowed", "agrees")) {
      head.add(Markup.of("th").with("scope", "col").text(title));
    }
    Markup body = Markup.of("tbody");
    AgreementWords.lines(agreement).forEach(l -> body.add(row(l)));
    return out.add(
        Markup.of("div", "scroll")
            .with("tabindex", "0")
            .add(Markup.of("table").add(Markup.of("thead").add(head)).add(body)));
  }

  private static Markup row(AgreementWords.Line line) {
    return Markup.of("tr")
        .add(Markup.of("th").with("scope", "row").text(line.compared()))
        .add(Markup.of("td", "words").text(line.difference()))
        .add(Markup.of("td").text(line.allowed()))
        .add(
            Markup.of("td")
                .add(
                    Markup.of("span", "outcome " + (line.holds() ? "reproduced" : "not-reproduced"))
                        .text(line.holds() ? "✓ yes" : "✗ no")));
  }
}
