package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Mark;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.training.recipe.DatasetEntry;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A preview as one HTML page without scripts and without other files. Its policy allows nothing but
 * its own style, so that what stands in a data set can do nothing even if it were not escaped.
 */
final class PreviewPage {
  private static final int BINS = 32;

  private final PreviewResult result;
  private final Recipe recipe;
  private final List<String> names;
  private final StringBuilder out = new StringBuilder();

  PreviewPage(PreviewResult result) {
    this.result = result;
    this.recipe = result.data().recipe();
    this.names = result.names();
    head();
    verdict();
    totals();
    rows();
    out.append("</main>\n</html>\n");
  }

  @Override
  public String toString() {
    return out.toString();
  }

  /** Text that is nothing but text, in an element or a quoted attribute. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String css() {
    try (InputStream in = PreviewPage.class.getResourceAsStream("preview.css")) {
      if (in == null) {
        throw new IllegalStateException("preview.css is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void head() {
    String title = "Preview of " + Text.path(result.recipe());
    out.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
        .append(" style-src 'unsafe-inline'\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
        .append(escape(title))
        .append("</title>\n<style>\n")
        .append(css())
        .append("</style>\n<main>\n<h1>")
        .append(escape(title))
        .append("</h1>\n<p class=\"about\">")
        .append(escape(Text.path(java.nio.file.Path.of(recipe.baseModel()))))
        .append(" · ")
        .append(
            recipe.datasets().stream()
                .map(DatasetEntry::path)
                .map(p -> escape(Text.path(java.nio.file.Path.of(p))))
                .collect(Collectors.joining(", ")))
        .append(" · sequence_len ")
        .append(Text.count(recipe.sequenceLen()))
        .append(" · seed ")
        .append(recipe.seed())
        .append(" · Graft ")
        .append(escape(Version.graft()))
        .append("</p>\n");
  }

  private void verdict() {
    if (result.refusal().isEmpty()) {
      out.append("<p class=\"verdict\">Training would begin with this data.</p>\n");
      return;
    }
    for (int m = 0; m < names.size(); m++) {
      Optional<GraftException> refusal = result.masks().get(m).refusal();
      if (refusal.isPresent()) {
        out.append("<p class=\"verdict refused\"><strong>Training would be refused with ")
            .append(escape(names.get(m)))
            .append(".</strong> ")
            .append(escape(Visible.of(refusal.get().paragraph()).replace('·', ' ')))
            .append("</p>\n");
      }
    }
  }

  private void totals() {
    PreviewTotals totals = new PreviewTotals(result);
    out.append("<div class=\"totals\">\n<section>\n<h2>Data</h2>\n");
    table(totals.data(), /* heading= */ false);
    histogram(result.data().lengths());
    out.append("</section>\n<section>\n<h2>Masks</h2>\n<div class=\"scroll\">");
    table(totals.masks(), /* heading= */ true);
    out.append("</div>\n");
    for (MaskedData m : result.masks()) {
      for (Map<String, Object> found : m.accepted().map(a -> a.findings()).orElse(List.of())) {
        out.append("<p>Found in the data:</p>\n<pre>")
            .append(escape(RecipeFile.toYaml(found)))
            .append("</pre>\n");
      }
    }
    out.append("</section>\n</div>\n");
  }

  private void table(List<List<String>> rows, boolean heading) {
    out.append("<table>\n");
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      String cell = heading && i == 0 ? "th" : "td";
      String label = row.get(0);
      out.append("<tr><th scope=\"row\"")
          .append(label.startsWith(" ") ? " class=\"part\">" : ">")
          .append(escape(label.strip()))
          .append("</th>");
      for (String value : row.subList(1, row.size())) {
        out.append('<').append(cell).append('>').append(escape(value));
        out.append("</").append(cell).append('>');
      }
      out.append("</tr>\n");
    }
    out.append("</table>\n");
  }

  private void histogram(Lengths lengths) {
    int[] counts = lengths.histogram(BINS);
    int width = lengths.binWidth(BINS);
    int least = lengths.percentile(0);
    int used = (lengths.percentile(100) - least) / width + 1;
    int most = java.util.Arrays.stream(counts).max().orElse(1);
    out.append("<figure>\n<svg viewBox=\"0 0 ")
        .append(used * 10)
        .append(
            " 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Lengths of rows\">\n");
    for (int i = 0; i < used; i++) {
      double height = counts[i] == 0 ? 0 : Math.max(1, 98.0 * counts[i] / most);
      int from = least + i * width;
      out.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%.1f\" width=\"9\" height=\"%.1f\"><title>%,d to %,d tokens: %,d"
                  + " rows</title></rect>%n",
              i * 10,
              100 - height,
              height,
              from,
              from + width - 1,
              counts[i]));
    }
    out.append("</svg>\n<figcaption><span>")
        .append(Text.count(least))
        .append("</span><span>tokens of a row; the tallest bar is ")
        .append(Text.count(most))
        .append(most == 1 ? " row" : " rows")
        .append("</span><span>")
        .append(Text.count(lengths.percentile(100)))
        .append("</span></figcaption>\n</figure>\n");
  }

  private void rows() {
    int count = result.data().rows().size();
    if (count == 0) {
      return;
    }
    out.append("<h2>Rows</h2>\n");
    legend();
    for (int r = 0; r < count; r++) {
      MaskedData.Row row = result.data().rows().get(r);
      out.append("<section class=\"row\">\n<h3>")
          .append(escape(PreviewResult.place(row.origin())))
          .append(" <small>")
          .append(Text.count(row.example().size()))
          .append(" tokens</small></h3>\n<div class=\"masks\">\n");
      for (int m = 0; m < names.size(); m++) {
        masked(m, r);
      }
      out.append("</div>\n</section>\n");
    }
  }

  private void legend() {
    out.append("<p class=\"legend\">");
    for (Role role : result.roles()) {
      String word = PreviewResult.word(role);
      out.append("<span class=\"k r-").append(word).append(" w10\">").append(word);
      out.append("</span> ");
    }
    out.append("<span>filled: carries loss; paler: with a part of its weight; ")
        .append("<span class=\"k w0 r-template\">underlined only</span>: carries none; ")
        .append("<span class=\"k w10 r-special eot\">outlined</span>: ends a turn. ")
        .append("· space, ⏎ line break, ⇥ tab, ⋯ another token of the same character. ")
        .append("Point at a token, or press it, for its id.</span></p>\n");
  }

  private void masked(int mask, int r) {
    out.append("<article>\n<h4>").append(escape(names.get(mask))).append("</h4>\n");
    Optional<MaskedData.Row> row = PreviewResult.row(result.masks().get(mask), r);
    if (row.isEmpty()) {
      out.append("<p>not masked</p>\n</article>\n");
      return;
    }
    out.append("<p>").append(escape(PreviewResult.summary(row.get()))).append("</p>\n");
    out.append("<div class=\"text\">");
    for (TokenText t : result.texts(r)) {
      if (t.token() < 0) {
        out.append("<span class=\"gap\">").append(breakable(t.text())).append("</span>");
      } else {
        token(row.get(), t);
      }
    }
    out.append("</div>\n</article>\n");
  }

  private void token(MaskedData.Row row, TokenText shown) {
    Token t = row.example().tokens().get(shown.token());
    float w = row.weight(shown.token());
    String role = PreviewResult.word(t.role());
    out.append("<span class=\"k r-")
        .append(role)
        .append(" w")
        .append(w == 0 ? 0 : Math.max(1, Math.round(10 * w)))
        .append(t.endOfTurn() ? " eot" : "")
        .append("\" title=\"token ")
        .append(shown.token())
        .append(" · id ")
        .append(t.id())
        .append(" · ")
        .append(role)
        .append(" · weight ")
        .append(w == Math.rint(w) ? String.valueOf((int) w) : String.valueOf(w))
        .append(" · turn ")
        .append(t.turn())
        .append(t.endOfTurn() ? " · ends the turn" : "")
        .append(
            t.mark() == Mark.NONE ? "" : " · marked " + t.mark().name().toLowerCase(Locale.ROOT))
        .append("\">")
        .append(breakable(shown.text()))
        .append("</span>");
  }

  /** Lines may break after a space, which is shown as a character. */
  private static String breakable(String visible) {
    return escape(visible).replace("·", "·<wbr>");
  }
}
