package dev.graft.experiments.claims;

import dev.graft.experiments.results.StudyResults;

/** A claim that a study tests. */
public interface Claim {
  /** Its id, such as {@code mask.1}. */
  String id();

  /** What it says, in one sentence. */
  String statement();

  /** Judges it by the finished runs of one engine. */
  Verdict judge(StudyResults results, String engine);
}
