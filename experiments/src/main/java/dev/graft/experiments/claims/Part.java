package dev.graft.experiments.claims;

import java.util.Optional;

/**
 * One comparison of a claim, before it is made.
 *
 * @param label what is compared
 * @param words the sentence, with {@code %s} where the amount goes
 * @param more what follows an amount above zero; empty for an amount that is not a difference
 * @param less what follows one below zero
 * @param decides whether the verdict rests on it; else it is shown beside
 */
record Part(
    String label,
    Contrast contrast,
    Reading reading,
    Limit limit,
    double threshold,
    String words,
    String more,
    String less,
    boolean decides) {

  /** A claim that the contrast is more than a threshold. */
  static Part moreThan(double threshold, String label, Contrast contrast, Reading reading) {
    return new Part(label, contrast, reading, Limit.MORE_THAN, threshold, "%s", "", "", true);
  }

  /** A claim that the contrast is no more than a threshold. */
  static Part atMost(double threshold, String label, Contrast contrast, Reading reading) {
    return new Part(label, contrast, reading, Limit.AT_MOST, threshold, "%s", "", "", true);
  }

  /** How a sentence says a difference, such as "The loss is %s than before", "higher", "lower". */
  Part saying(String words, String more, String less) {
    return new Part(label, contrast, reading, limit, threshold, words, more, less, decides);
  }

  /** How a sentence says an amount, such as "The accuracy is %s". */
  Part saying(String words) {
    return saying(words, "", "");
  }

  /** Shown, while another decides. */
  Part beside() {
    return new Part(label, contrast, reading, limit, threshold, words, more, less, false);
  }

  Made make(Runs runs) {
    Paired paired = runs.pair(contrast, reading);
    return new Made(
        this,
        paired
            .interval()
            .map(
                i ->
                    new Comparison(
                        label,
                        reading.label(),
                        paired.values(),
                        i,
                        threshold,
                        limit,
                        reading.scale())),
        paired.missing());
  }

  /** A part that was made, or why it could not be. */
  record Made(Part part, Optional<Comparison> comparison, String missing) {
    Outcome outcome() {
      return comparison.map(Comparison::outcome).orElse(Outcome.NOT_TESTED);
    }

    /** How far inside of the claim's side the interval lies, in thresholds; below 0 outside. */
    double margin() {
      return comparison
          .map(
              c ->
                  c.limit() == Limit.MORE_THAN
                      ? c.interval().low() / c.threshold() - 1
                      : 1 - c.interval().high() / c.threshold())
          .orElse(Double.NaN);
    }

    /** Such as "The loss is 0.031 nats higher than before". */
    String words() {
      return comparison.map(c -> String.format(part.words, amount(c.interval()))).orElse("");
    }

    private String amount(Interval interval) {
      double mean = interval.mean();
      if (part.more.isEmpty()) {
        return part.reading.scale().amount(mean);
      }
      return part.reading.scale().amount(Math.abs(mean)) + " " + (mean < 0 ? part.less : part.more);
    }

    /** Such as "95 % from 0.022 to 0.040, 5 seeds", turned as the words are. */
    String interval() {
      return comparison
          .map(
              c -> {
                Interval i = c.interval();
                boolean turned = i.mean() < 0 && !part.more.isEmpty();
                Scale scale = part.reading.scale();
                return "95 % from "
                    + scale.number(turned ? -i.high() : i.low())
                    + " to "
                    + scale.number(turned ? -i.low() : i.high())
                    + ", "
                    + i.n()
                    + " seeds";
              })
          .orElse("");
    }

    /** Such as "0.01 nats". */
    String threshold() {
      return part.reading.scale().threshold(part.threshold);
    }
  }
}
