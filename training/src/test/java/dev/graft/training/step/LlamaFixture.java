package dev.graft.training.step;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.adapters.dora.DoraProvider;
import dev.graft.adapters.lora.LoraProvider;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterFolder;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.data.PackedBatch;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A small Llama with a batch, and what torch 2.15.0, transformers 5.24.0 and peft 0.21.2 computed
 * from them.
 */
final class LlamaFixture {
  private final Path folder;
  private final Safetensors base;

  LlamaFixture() {
    try {
      folder = Path.of(Objects.requireNonNull(getClass().getResource("/llama")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    base = Safetensors.open(folder.resolve("base.safetensors"));
  }

  ModelFolder model() {
    return ModelFolder.open(folder);
  }

  JsonNode json(String name) {
    return Json.object(folder.resolve(name + ".json"));
  }

  Safetensors tensors(String name) {
    return Safetensors.open(folder.resolve(name + ".safetensors"));
  }

  /** The adapter from which the fixture starts. */
  SavedAdapter adapter(String name, ModelFolder model) {
    return AdapterFolder.read(folder.resolve(name), List.of(new LoraProvider(), new DoraProvider()))
        .bind(model.model());
  }

  /** Both rows as one micro-batch. */
  PackedBatch batch() {
    return batch(0, 1);
  }

  /** Some rows as a micro-batch. */
  PackedBatch batch(int... rows) {
    int t = base.shape("input_ids").dim(1);
    long[] allIds = base.tensor("input_ids").toLongs();
    long[] mask = base.tensor("attention_mask").toLongs();
    long[] labels = base.tensor("labels").toLongs();
    long[] ids = new long[rows.length * t];
    long[] positions = new long[ids.length];
    long[] segments = new long[ids.length];
    List<Long> at = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < t; i++) {
        int from = rows[row] * t + i;
        int to = row * t + i;
        ids[to] = allIds[from];
        positions[to] = i;
        segments[to] = 1 - mask[from];
        if (i + 1 < t && labels[from + 1] >= 0) {
          at.add((long) to);
          targets.add(labels[from + 1]);
        }
      }
    }
    long[] parents = new long[ids.length];
    Arrays.fill(parents, -1);
    // Padding targets, as a plan makes them: their weight is 0.
    int n = targets.size() + 7;
    long[] targetPositions = Arrays.copyOf(longs(at), n);
    long[] targetIds = Arrays.copyOf(longs(targets), n);
    float[] weights = new float[n];
    Arrays.fill(weights, 0, targets.size(), 1);
    Shape tokens = Shape.of(rows.length, t);
    return new PackedBatch(
        HostTensor.ofLongs(tokens, ids),
        HostTensor.ofLongs(tokens, positions),
        HostTensor.ofLongs(tokens, segments),
        HostTensor.ofLongs(tokens, parents),
        HostTensor.ofLongs(Shape.of(n), targetPositions),
        HostTensor.ofLongs(Shape.of(n), targetIds),
        HostTensor.ofFloats(Shape.of(n), weights),
        ids.length,
        targets.size(),
        targets.size());
  }

  private static long[] longs(List<Long> list) {
    return list.stream().mapToLong(Long::longValue).toArray();
  }
}
