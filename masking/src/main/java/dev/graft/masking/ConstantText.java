package dev.graft.masking;

import dev.graft.api.ops.Noise;
import dev.graft.masking.LiteralSearch.Accepted;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text that many prompts share, found without a template. Three kinds are looked for, since a
 * template's text stands in one of three places:
 *
 * <ul>
 *   <li>at the start of the prompt, up to the end of a line or a sentence, or up to a colon or a
 *       bracket;
 *   <li>at the end of the prompt, from the start of a line on;
 *   <li>between the two, from the start of a line up to its end, or up to a colon or a bracket, as
 *       labels are; of a prompt's equal ones only the first.
 * </ul>
 *
 * <p>Text counts as constant from a share of the prompts on, so that variants of a template are
 * found each. What at least nine of ten prompts share may also begin and end elsewhere, though not
 * within a word. Text holds three letters at least; what three of ten prompts share needs one only,
 * and may begin with a space at the end of a prompt; what nine share needs none.
 */
final class ConstantText {
  /** How many prompts are kept at most, drawn from all with equal chances. */
  static final int SAMPLE = 4096;

  /** How much of each end of a long prompt is kept, in UTF-16 units. */
  private static final int KEPT = 2048;

  private static final int FEWEST_PROMPTS = 3;
  private static final double NEARLY_ALL = 0.9;
  private static final double ALL = 0.99;
  private static final double MANY = 0.3;
  private static final Pattern LABEL_END =
      Pattern.compile("(?:\\R *|[>\\])}|\\uff1a\\u3011] *|: +)\\z");
  private static final Pattern SENTENCE_END = Pattern.compile("[.!?\\u3002\\uff01\\uff1f] *\\z");

  /** Where text stands. */
  enum Place {
    START,
    LINE,
    END
  }

  /**
   * Constant text.
   *
   * @param share the share of prompts that have it
   */
  record Literal(Place place, String text, double share) {}

  private final List<Literal> literals;
  private final int prompts;

  private ConstantText(List<Literal> literals, int prompts) {
    this.literals = List.copyOf(literals);
    this.prompts = prompts;
  }

  /** What no prompt has told of: nothing. */
  static ConstantText none() {
    return new ConstantText(List.of(), 0);
  }

  /** What was found: by place, the most common first. */
  List<Literal> literals() {
    return literals;
  }

  /** How many prompts there were. */
  int prompts() {
    return prompts;
  }

  /** Takes prompts one by one; its memory is bounded. */
  static final class Search {
    private final long site = Noise.site("masking.boilerplate.corpus");
    private final List<Sample> samples = new ArrayList<>();
    private int seen;

    void add(String prompt) {
      if (samples.size() < SAMPLE) {
        samples.add(Sample.of(prompt));
      } else {
        int at = (int) ((Noise.bits(0, 0, 0, site, seen) * (seen + 1L)) >>> 32);
        if (at < SAMPLE) {
          samples.set(at, Sample.of(prompt));
        }
      }
      seen++;
    }

    /** Searches what was taken. */
    ConstantText find(double minShare) {
      int n = samples.size();
      int threshold = Math.max(FEWEST_PROMPTS, (int) Math.ceil(minShare * n - 1e-9));
      List<Literal> out = new ArrayList<>();
      LiteralSearch starts = new LiteralSearch(n, threshold, 1, ConstantText::startsAPrompt);
      LiteralSearch ends = new LiteralSearch(n, threshold, -1, ConstantText::endsAPrompt);
      for (int i = 0; i < n; i++) {
        starts.anchor(i, samples.get(i).head(), 0);
        ends.anchor(i, samples.get(i).tail(), samples.get(i).tail().length() - 1);
      }
      starts.run().forEach((t, share) -> out.add(new Literal(Place.START, t, share)));
      ends.run().forEach((t, share) -> out.add(new Literal(Place.END, t, share)));
      ConstantText outer = new ConstantText(ordered(out), seen);
      LiteralSearch lines = new LiteralSearch(n, threshold, 1, ConstantText::isALabel);
      List<String> between = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        for (String text : samples.get(i).between(outer)) {
          anchorLines(i, text, lines);
          between.add(text);
        }
      }
      lines
          .run()
          .forEach(
              (t, share) -> out.add(new Literal(Place.LINE, blankLines(t, between) + t, share)));
      return new ConstantText(ordered(out), seen);
    }
  }

  /** Anchors the last line break before every line. */
  private static void anchorLines(int prompt, String text, LiteralSearch search) {
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      if (i + 1 < text.length() && text.charAt(i + 1) != '\n') {
        search.anchor(prompt, text, i);
      }
    }
  }

  /** The line breaks that a label has before its own, nearly wherever it stands. */
  private static String blankLines(String label, List<String> texts) {
    List<String> with = texts.stream().filter(t -> t.contains(label)).toList();
    String breaks = "";
    while (breaks.length() < KEPT) {
      String more = breaks + "\n" + label;
      if (with.stream().filter(t -> t.contains(more)).count() < ALL * with.size()) {
        break;
      }
      breaks += "\n";
    }
    return breaks;
  }

  private static List<Literal> ordered(List<Literal> literals) {
    return literals.stream()
        .sorted(
            Comparator.comparing(Literal::place)
                .thenComparing(Literal::share, Comparator.reverseOrder())
                .thenComparing(Literal::text))
        .toList();
  }

  /** The two ends of a prompt: the same text where it is short. */
  private record Sample(String head, String tail, boolean whole) {
    static Sample of(String prompt) {
      int n = prompt.length();
      return n <= 2 * KEPT
          ? new Sample(prompt, prompt, true)
          : new Sample(prompt.substring(0, KEPT), prompt.substring(n - KEPT), false);
    }

    /** What stands between constant text at the start and at the end. */
    List<String> between(ConstantText outer) {
      int start = outer.startLength(head);
      int end = tail.length() - outer.endLength(tail);
      if (!whole) {
        return List.of(head.substring(start), tail.substring(0, end));
      }
      return start < end ? List.of(head.substring(start, end)) : List.of();
    }
  }

  /**
   * Whether text tells more than the part of it that was accepted before: new words, or what as
   * good as always stands with it. What the user begins or ends with, a line break or a mark, is
   * neither.
   */
  private static boolean tellsMore(String added, double share, Accepted before) {
    return before.length() == 0
        || share >= ALL * before.share()
        || added.codePoints().anyMatch(Character::isLetter);
  }

  private static boolean hasLetters(String text, double share) {
    return text.codePoints().filter(Character::isLetter).limit(3).count()
        >= (share >= MANY ? 1 : 3);
  }

  private static boolean startsAPrompt(String text, double share, Accepted before) {
    int last = text.codePointBefore(text.length());
    boolean ends =
        (share >= NEARLY_ALL && !Character.isLetterOrDigit(last))
            || (hasLetters(text, share)
                && (LABEL_END.matcher(text).find() || SENTENCE_END.matcher(text).find()));
    return ends && tellsMore(text.substring(before.length()), share, before);
  }

  private static boolean endsAPrompt(String text, double share, Accepted before) {
    char first = text.charAt(0);
    boolean begins;
    if (first == '\n' || (share >= MANY && first == ' ')) {
      begins = hasLetters(text, share) || share >= NEARLY_ALL;
    } else {
      // Punctuation before a label is more likely the end of what the user writes.
      begins =
          share >= (before.length() == 0 ? NEARLY_ALL : ALL)
              && hasLetters(text, share)
              && !Character.isLetterOrDigit(text.codePointAt(0));
    }
    return begins && tellsMore(text.substring(0, text.length() - before.length()), share, before);
  }

  private static boolean isALabel(String text, double share, Accepted before) {
    return hasLetters(text, share)
        && LABEL_END.matcher(text).find()
        && tellsMore(text.substring(before.length()), share, before);
  }

  /** How much of a prompt's start is constant. */
  private int startLength(String prompt) {
    int best = 0;
    for (Literal l : literals) {
      if (l.place() == Place.START && l.text().length() > best && prompt.startsWith(l.text())) {
        best = l.text().length();
      }
    }
    return best;
  }

  /** How much of a prompt's end is constant. */
  private int endLength(String prompt) {
    int best = 0;
    for (Literal l : literals) {
      if (l.place() == Place.END && l.text().length() > best && prompt.endsWith(l.text())) {
        best = l.text().length();
      }
    }
    return best;
  }

  /** Which characters of a prompt are constant text. */
  BitSet in(String prompt) {
    BitSet out = new BitSet();
    if (literals.isEmpty()) {
      return out;
    }
    int start = startLength(prompt);
    int end = Math.max(start, prompt.length() - endLength(prompt));
    out.set(0, start);
    out.set(end, prompt.length());
    List<String> lines =
        literals.stream()
            .filter(l -> l.place() == Place.LINE)
            .map(Literal::text)
            .collect(Collectors.toCollection(ArrayList::new));
    int at = lines.isEmpty() ? -1 : prompt.indexOf('\n', start);
    while (at >= 0 && at < end) {
      String best = "";
      for (String line : lines) {
        if (line.length() > best.length()
            && at + line.length() <= end
            && prompt.startsWith(line, at)) {
          best = line;
        }
      }
      out.set(at, at + best.length());
      lines.remove(best);
      at = prompt.indexOf('\n', at + Math.max(1, best.length()));
    }
    return out;
  }
}
