package dev.graft.architecture.broken.masking;

/** Breaks: only the command line prints. */
final class MaskThatPrints {
  private MaskThatPrints() {}

  static void print(String line) {
    System.out.println(line);
  }
}
