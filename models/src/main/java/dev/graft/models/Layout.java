package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights and sites of a model under their Hugging Face names, declared in forward order. */
final class Layout {
  private static final String WEIGHT = ".weight";

  private final Map<String, Site> sites = new LinkedHashMap<>();
  private final List<WeightSpec> weights = new ArrayList<>();

  void embedding(String name, int rows, int width) {
    sites.put(name, new Site(name, SiteKind.EMBEDDING, rows, width, -1));
    weights.add(new WeightSpec(name + WEIGHT, Shape.of(rows, width)));
  }

  void norm(String name, int width) {
    weights.add(new WeightSpec(name + WEIGHT, Shape.of(width)));
  }

  /** A linear layer of a block. */
  void linear(int layer, String name, int in, int out, boolean bias) {
    sites.put(name, new Site(name, SiteKind.LINEAR, in, out, layer));
    weights.add(new WeightSpec(name + WEIGHT, Shape.of(out, in)));
    if (bias) {
      weights.add(new WeightSpec(name + ".bias", Shape.of(out)));
    }
  }

  /** The projection to logits; a tied one has no weight of its own. */
  void head(String name, int in, int out, boolean tied) {
    sites.put(name, new Site(name, SiteKind.HEAD, in, out, -1));
    if (!tied) {
      weights.add(new WeightSpec(name + WEIGHT, Shape.of(out, in)));
    }
  }

  List<WeightSpec> weights() {
    return List.copyOf(weights);
  }

  List<Site> sites() {
    return List.copyOf(sites.values());
  }

  Site site(String name) {
    Site site = sites.get(name);
    if (site == null) {
      throw new IllegalStateException("no site " + name);
    }
    return site;
  }
}
