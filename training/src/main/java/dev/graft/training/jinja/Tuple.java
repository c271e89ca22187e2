package dev.graft.training.jinja;

import java.util.AbstractList;
import java.util.List;

/** Python's tuple: a list that is written with parentheses and equals tuples alone. */
final class Tuple extends AbstractList<Object> {
  private final List<Object> items;

  Tuple(List<Object> items) {
    this.items = items;
  }

  static Tuple of(Object a, Object b) {
    return new Tuple(List.of(a, b));
  }

  @Override
  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public int size() {
    return items.size();
  }
}
