package dev.graft.training.jinja;

import java.util.List;

/** The variable {@code loop} of a for statement. */
final class Loop {
  private final List<Object> items;
  private final int depth;
  private int index;

  Loop(List<Object> items, int depth) {
    this.items = items;
    this.depth = depth;
  }

  int depth() {
    return depth;
  }

  void moveTo(int newIndex) {
    index = newIndex;
  }

  Object attribute(String name) {
    int size = items.size();
    switch (name) {
      case "index" -> {
        return (long) index + 1;
      }
      case "index0" -> {
        return (long) index;
      }
      case "revindex" -> {
        return (long) size - index;
      }
      case "revindex0" -> {
        return (long) size - index - 1;
      }
      case "first" -> {
        return index == 0;
      }
      case "last" -> {
        return index == size - 1;
      }
      case "length" -> {
        return (long) size;
      }
      case "depth" -> {
        return (long) depth;
      }
      case "depth0" -> {
        return (long) depth - 1;
      }
      case "previtem" -> {
        return index == 0 ? new Undefined("loop.previtem") : items.get(index - 1);
      }
      case "nextitem" -> {
        return index == size - 1 ? new Undefined("loop.nextitem") : items.get(index + 1);
      }
      case "cycle" -> {
        return (Callable)
            args -> {
              if (args.positional().isEmpty()) {
                throw new JinjaException("expected arguments of loop.cycle, received none");
              }
              return args.positional().get(index % args.positional().size());
            };
      }
      default -> {
        throw new JinjaException("expected an attribute of loop, received 'loop." + name + "'");
      }
    }
  }
}
