package dev.graft.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.adapter.Site;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.safetensors.Safetensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A few elements of every base weight that an adapter changes, kept in the metadata of its tensors:
 * names and shapes alone do not tell two models of one architecture apart. The metadata is where
 * other tools look for nothing, so the folder stays what it is to them.
 */
final class BaseSamples {
  private static final String KEY = "graft.base_weights";
  private static final int COUNT = 4;

  /** A weight may have been stored in bf16, with a rounding of 2⁻⁹, on either side. */
  private static final double TOLERANCE = 1.0 / 128;

  private static final double NEGLIGIBLE = 1e-6;

  private BaseSamples() {}

  /** The metadata of an adapter for a base model. */
  static Map<String, String> of(AdapterBinding binding, Weights base) {
    ObjectNode json = Json.mapper().createObjectNode();
    for (String name : weights(binding, base)) {
      ArrayNode values = json.putArray(name);
      samples(base.tensor(name)).forEach(values::add);
    }
    return Map.of(KEY, json.toString());
  }

  private static Set<String> weights(AdapterBinding binding, Weights base) {
    Set<String> out = new LinkedHashSet<>();
    for (Site site : binding.sites()) {
      out.add(base.model().weight(site));
    }
    return out;
  }

  /** Elements spread over a tensor. */
  private static List<Float> samples(HostTensor weight) {
    long size = weight.shape().size();
    List<Float> out = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      out.add((float) weight.get((2 * i + 1) * size / (2 * COUNT)));
    }
    return out;
  }

  /**
   * Compares a base model with the one that an adapter was trained on; says nothing where the
   * adapter does not tell, as those of other tools.
   *
   * @param trainedOn the base model's name in the adapter's configuration
   * @throws GraftException {@code adapter.base-model} naming the weights that differ
   */
  static void check(
      Safetensors adapter, AdapterBinding binding, Weights base, Optional<String> trainedOn) {
    String text = adapter.metadata().get(KEY);
    if (text == null) {
      return;
    }
    JsonNode json = parse(adapter, text);
    List<String> others = new ArrayList<>();
    Set<String> weights = weights(binding, base);
    for (String name : weights) {
      JsonNode kept = json.path(name);
      List<Float> here = samples(base.tensor(name));
      boolean same = kept.size() == here.size();
      for (int i = 0; same && i < here.size(); i++) {
        same = close(kept.path(i).asDouble(Double.NaN), here.get(i));
      }
      if (!same) {
        others.add(name);
      }
    }
    if (!others.isEmpty()) {
      throw new GraftException(
          ErrorCode.ADAPTER_BASE_MODEL,
          adapter.source()
              + ": expected the base model that the adapter was trained on"
              + trainedOn.map(n -> " ('" + n + "')").orElse("")
              + ", received one in which "
              + others.size()
              + " of the "
              + weights.size()
              + " weights that the adapter changes have other values: "
              + Listing.of(others)
              + ". Use that model; an adapter that was trained on a merged model needs the merged"
              + " model.");
    }
  }

  private static boolean close(double kept, double here) {
    return Math.abs(kept - here) <= TOLERANCE * Math.abs(kept) + NEGLIGIBLE;
  }

  private static JsonNode parse(Safetensors adapter, String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw Reading.malformed(
          adapter.source(), "expected JSON under '" + KEY + "' in its metadata", e);
    }
  }
}
