package dev.graft.training.jinja;

import java.util.List;

/**
 * What Python gives for {@code d.items()}, or for a filter like {@code select}: items to go
 * through, that cannot be indexed or written.
 */
final class View {
  private final boolean once;
  private List<Object> items;

  private View(List<Object> items, boolean once) {
    this.items = items;
    this.once = once;
  }

  /** A view of a mapping. */
  static View of(List<Object> items) {
    return new View(items, false);
  }

  /** A generator: it is empty once it was gone through. */
  static View once(List<Object> items) {
    return new View(items, true);
  }

  boolean isOnce() {
    return once;
  }

  boolean truth() {
    return once || !items.isEmpty();
  }

  long size() {
    return items.size();
  }

  List<Object> take() {
    List<Object> taken = items;
    if (once) {
      items = List.of();
    }
    return taken;
  }
}
