package dev.graft.models;

import java.util.List;

/** Lists names in a message, cut where there are too many to read. */
final class Listing {
  private static final int SHOWN = 12;

  private Listing() {}

  static String of(List<String> names) {
    return names.size() <= SHOWN
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, SHOWN)) + " and " + (names.size() - SHOWN) + " more";
  }
}
