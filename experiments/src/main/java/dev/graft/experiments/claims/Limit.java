package dev.graft.experiments.claims;

/** On which side of a threshold a claim lies. */
public enum Limit {
  /** The claim says that something differs: by more than the smallest effect worth claiming. */
  MORE_THAN("claimed: more than", "the claim asks for more than"),
  /** The claim says that something is no worse: by no more than a margin. */
  AT_MOST("claimed: at most", "the claim allows");

  private final String brief;
  private final String sentence;

  Limit(String brief, String sentence) {
    this.brief = brief;
    this.sentence = sentence;
  }

  String brief() {
    return brief;
  }

  String sentence() {
    return sentence;
  }

  Outcome judge(Interval interval, double threshold) {
    boolean above = interval.low() > threshold;
    boolean below = interval.high() <= threshold;
    return switch (this) {
      case MORE_THAN ->
          above ? Outcome.REPRODUCED : below ? Outcome.NOT_REPRODUCED : Outcome.UNDECIDED;
      case AT_MOST ->
          below ? Outcome.REPRODUCED : above ? Outcome.NOT_REPRODUCED : Outcome.UNDECIDED;
    };
  }
}
