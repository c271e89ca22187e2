package dev.graft.experiments.world;

import dev.graft.api.ops.Noise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stream of random choices, defined bit for bit by {@link Noise}: the same seed and name give the
 * same choices on every machine and every version of Java, whatever other streams do.
 */
final class Draw {
  private final long seed;
  private final long site;
  private long next;

  Draw(long seed, String name) {
    this.seed = seed;
    this.site = Noise.site(name);
  }

  /** A whole number from 0 to below the bound. */
  int below(int bound) {
    return (int) (Noise.uniform(seed, 0, 0, site, next++) * bound);
  }

  /** A whole number from the first to the last, both included. */
  int between(int first, int last) {
    return first + below(last - first + 1);
  }

  <T> T of(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  String of(String... choices) {
    return of(Arrays.asList(choices));
  }

  /** The elements in another order (Fisher and Yates). */
  <T> List<T> shuffled(List<T> elements) {
    List<T> out = new ArrayList<>(elements);
    for (int i = out.size() - 1; i > 0; i--) {
      int j = below(i + 1);
      T swapped = out.get(i);
      out.set(i, out.get(j));
      out.set(j, swapped);
    }
    return out;
  }

  /** So many elements, none twice. */
  <T> List<T> some(List<T> elements, int count) {
    return shuffled(elements).subList(0, count);
  }
}
