package dev.graft.models;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.safetensors.SafetensorsWriter;
import dev.graft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a model folder in which an adapter has become part of the weights. Every changed weight is
 * computed in f32 from the stored one and rounded once; one tensor is held at a time.
 */
public final class Merge {
  private static final Logger LOG = LoggerFactory.getLogger(Merge.class);

  private static final String WEIGHT = "weight";
  private static final String MERGED = "merged";
  private static final String TIE = "tie_word_embeddings";

  private final ModelFolder base;
  private final SavedAdapter adapter;
  private final Weights weights;
  private final DType storedAs;
  private final GraphCompiler compiler;

  private Merge(ModelFolder base, SavedAdapter adapter, DType storedAs, GraphCompiler compiler) {
    this.base = base;
    this.adapter = adapter;
    this.weights = adapter.weights(base.weights());
    this.storedAs = storedAs;
    this.compiler = compiler;
  }

  /**
   * What was written.
   *
   * @param mergedSites how many weights an adapter was merged into
   * @param untied whether the embedding and the head shared a weight and no longer do, because the
   *     adapter changes only one of them
   */
  public record Report(int mergedSites, boolean untied) {}

  /**
   * Merges an adapter into a copy of its base model.
   *
   * @param target a folder that does not exist or is empty
   * @param storedAs f32, f16 or bf16
   * @param compiler compiles for the backend that computes the merge
   * @throws GraftException {@code usage} when the target is not free, {@code model.weights} when a
   *     merged value is too large for the dtype, {@code file.write}; nothing is left behind then
   */
  public static Report write(
      ModelFolder base, SavedAdapter adapter, Path target, DType storedAs, GraphCompiler compiler) {
    if (storedAs != DType.F32 && storedAs != DType.F16 && storedAs != DType.BF16) {
      throw new GraftException(
          ErrorCode.USAGE, "expected to store a model as f32, f16 or bf16, received " + storedAs);
    }
    return new Merge(base, adapter, storedAs, compiler).write(target);
  }

  private Report write(Path target) {
    boolean untied = unties();
    if (untied) {
      LOG.warn(
          "the adapter changes {} of a weight that embedding and head share; the merged model stores"
              + " both sides, with {} false",
          String.join(
              " and ",
              adapter.binding().sites().stream()
                  .filter(s -> s.kind() != SiteKind.LINEAR)
                  .map(Site::name)
                  .toList()),
          TIE);
    }
    AtomicFolder.make(
        target,
        folder -> {
          SafetensorsWriter.write(folder.resolve("model.safetensors"), entries(untied));
          for (Path file : Tokenizer.files(base.path())) {
            copy(file, folder.resolve(file.getFileName()));
          }
          AtomicFile.writeString(
              folder.resolve(ModelFolder.CONFIG), Json.pretty(configuration(untied)));
        });
    return new Report(adapter.binding().sites().size(), untied);
  }

  private boolean unties() {
    return base.model().config().tiedHead()
        && adapter.binding().sites().stream().anyMatch(s -> s.kind() != SiteKind.LINEAR);
  }

  private List<SafetensorsWriter.Entry> entries(boolean untied) {
    Map<String, Site> sites = new HashMap<>();
    Site head = base.model().head();
    String headWeight = head.name() + "." + WEIGHT;
    for (Site site : adapter.binding().sites()) {
      sites.put(site.name() + "." + WEIGHT, site);
    }
    List<SafetensorsWriter.Entry> out = new ArrayList<>();
    for (WeightSpec w : base.model().weights()) {
      out.add(entry(w.name(), w.name(), sites));
    }
    if (untied) {
      out.add(entry(headWeight, base.model().headWeight(), sites));
    }
    return out;
  }

  private SafetensorsWriter.Entry entry(String name, String source, Map<String, Site> sites) {
    Site site = sites.get(name);
    TensorType type = new TensorType(storedAs, weights.tensor(source).shape());
    return new SafetensorsWriter.Entry(
        name,
        type,
        () -> {
          HostTensor value = weights.tensor(source);
          return rounded(name, site == null ? value : merged(site, value));
        });
  }

  private HostTensor merged(Site site, HostTensor weight) {
    Trace trace = new Trace("merge " + site.name());
    Map<String, HostTensor> inputs = new HashMap<>();
    inputs.put(WEIGHT, weight.cast(DType.F32));
    for (BoundParameter p : adapter.binding().parameters(site)) {
      HostTensor value = Objects.requireNonNull(adapter.parameters().get(p.variable()));
      inputs.put(p.variable(), value.cast(DType.F32));
    }
    for (BoundShared s : adapter.binding().shared()) {
      HostTensor value = Objects.requireNonNull(adapter.parameters().get(s.variable()));
      inputs.put(s.variable(), value.cast(DType.F32));
    }
    // Declared first, so that the graph has all of them, whether the adapter uses them or not.
    inputs.forEach((name, value) -> trace.input(name, value.type()));
    AdapterBinding binding = adapter.binding();
    MergeContext context =
        new TracedMerge(
            site,
            trace.input(WEIGHT, DType.F32, weight.shape().toArray()),
            name -> {
              BoundParameter p = binding.parameter(site, name);
              return trace.input(p.variable(), p.type());
            },
            name -> {
              BoundShared shared = binding.shared(site, name);
              return trace.input(shared.variable(), shared.type());
            });
    Tensor merged = trace.at(site.name(), () -> binding.adapter().mergedWeight(context));
    trace.output(MERGED, merged);
    try (Executable executable = compiler.compile(trace.build())) {
      return Objects.requireNonNull(executable.run(inputs).get(MERGED));
    }
  }

  /** Rounds to the stored dtype; a finite value must not become infinite. */
  private HostTensor rounded(String name, HostTensor value) {
    HostTensor out = value.cast(storedAs);
    if (storedAs == DType.F16 && value.dtype() != DType.F16) {
      for (long i = 0; i < out.shape().size(); i++) {
        if (Double.isInfinite(out.get(i)) && Double.isFinite(value.get(i))) {
          throw new GraftException(
              ErrorCode.MODEL_WEIGHTS,
              "expected values that f16 can hold (up to 65504), received "
                  + value.get(i)
                  + " in '"
                  + name
                  + "'. Store the model as bf16 or f32.");
        }
      }
    }
    return out;
  }

  private ObjectNode configuration(boolean untied) {
    ObjectNode config = Json.object(base.path().resolve(ModelFolder.CONFIG));
    String dtype =
        switch (storedAs) {
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          default -> "float32";
        };
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", dtype);
    if (untied) {
      config.put(TIE, false);
    }
    return config;
  }

  private static void copy(Path from, Path to) {
    ByteBuffer content;
    try {
      content = ByteBuffer.wrap(Files.readAllBytes(from));
    } catch (IOException e) {
      throw Reading.failure(from, e);
    }
    AtomicFile.write(to, channel -> AtomicFile.writeFully(channel, content));
  }
}
