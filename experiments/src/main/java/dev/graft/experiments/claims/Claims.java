package dev.graft.experiments.claims;

import java.util.List;

/** The claims of every study. */
public final class Claims {
  private Claims() {}

  /** The claims that a study tests, in their order; empty for a study that has none. */
  public static List<Claim> of(String study) {
    return switch (study) {
      case "masking" -> MaskingClaims.all();
      case "learn-forget" -> LearnForgetClaims.all();
      case "memorize" -> MemorizeClaims.all();
      case "adapters" -> AdapterClaims.all();
      default -> List.of();
    };
  }
}
