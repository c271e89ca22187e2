package dev.graft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.Json;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code graft init-model}. */
@Command(
    name = "init-model",
    description = "Makes a model folder with random weights, for pre-training and for tests.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft init-model --config config.json --out tiny --seed 7 --tokenizer byte-level",
      "  graft init-model --config config.json --out tiny --dtype fp16"
    })
final class InitModelCommand implements Callable<Integer> {
  enum TokenizerKind {
    NONE,
    BYTE_LEVEL;

    @Override
    public String toString() {
      return ConfigBinder.word(this);
    }
  }

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "A Hugging Face config.json.")
  Path config = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The new folder.")
  Path out = Path.of("");

  @Option(names = "--seed", paramLabel = "N", description = "Decides the weights. Default: 0.")
  long seed;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "What weights are stored in: ${COMPLETION-CANDIDATES}. Default: fp32.")
  StoredDType dtype = StoredDType.FP32;

  @Option(
      names = "--tokenizer",
      paramLabel = "KIND",
      description =
          "Also write a tokenizer: ${COMPLETION-CANDIDATES}. byte-level has a token for every byte,"
              + " <|endoftext|> and <|pad|>, so vocab_size must be at least 258. Default: none.")
  TokenizerKind tokenizer = TokenizerKind.NONE;

  private final Session session;

  InitModelCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (seed < 0) {
      throw new GraftException(
          ErrorCode.USAGE, "expected a seed of at least 0, received " + seed + " for --seed");
    }
    CausalLm model = ModelFolder.architecture(config);
    ObjectNode json = Json.object(config);
    double std = std(json);
    if (tokenizer == TokenizerKind.BYTE_LEVEL) {
      suitTokenizer(json, model.config().vocabSize());
    }
    json.remove("torch_dtype");
    json.put("dtype", dtype.config());
    if (!json.has("architectures")) {
      ArrayNode architectures = json.putArray("architectures");
      architectures.add(className(model.config().modelType()));
    }
    AtomicFolder.make(out, folder -> fill(folder, model, json, std));
    long parameters = model.weights().stream().mapToLong(w -> w.shape().size()).sum();
    session
        .out()
        .println(
            "wrote '"
                + out
                + "': "
                + model.config().modelType()
                + ", "
                + Text.count(parameters)
                + " parameters in "
                + dtype);
    return 0;
  }

  private static String className(String modelType) {
    return Character.toUpperCase(modelType.charAt(0)) + modelType.substring(1) + "ForCausalLM";
  }

  /** The standard deviation that the configuration asks for. */
  private double std(ObjectNode json) {
    JsonNode n = json.path("initializer_range");
    if (n.isMissingNode() || n.isNull()) {
      return 0.02;
    }
    if (!n.isNumber() || !(n.doubleValue() > 0 && n.doubleValue() < 10)) {
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          "expected a number above 0 for 'initializer_range' in '"
              + config
              + "', received "
              + n
              + "; 0.02 is usual");
    }
    return n.doubleValue();
  }

  private void suitTokenizer(ObjectNode json, int vocabSize) {
    if (vocabSize < ByteLevelTokenizer.SIZE) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          "expected a vocab_size of at least "
              + ByteLevelTokenizer.SIZE
              + " in '"
              + config
              + "' for a byte-level tokenizer, received "
              + vocabSize);
    }
    setId(json, "eos_token_id", ByteLevelTokenizer.EOS_ID);
    setId(json, "pad_token_id", ByteLevelTokenizer.PAD_ID);
    if (json.hasNonNull("bos_token_id")) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          "expected no 'bos_token_id' in '"
              + config
              + "', since the byte-level tokenizer has none, received "
              + json.get("bos_token_id")
              + "; remove the key");
    }
  }

  private void setId(ObjectNode json, String key, int id) {
    if (json.hasNonNull(key) && json.get(key).asInt(-1) != id) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          "expected "
              + id
              + " or nothing for '"
              + key
              + "' in '"
              + config
              + "', the byte-level tokenizer's, received "
              + json.get(key)
              + "; remove the key");
    }
    json.put(key, id);
  }

  private void fill(Path folder, CausalLm model, ObjectNode json, double std) {
    List<SafetensorsWriter.Entry> entries =
        model.weights().stream().map(w -> entry(w, std)).toList();
    SafetensorsWriter.write(folder.resolve("model.safetensors"), entries);
    if (tokenizer == TokenizerKind.BYTE_LEVEL) {
      ByteLevelTokenizer.write(folder, model.config().maxPositions());
    }
    AtomicFile.writeString(folder.resolve("config.json"), Json.pretty(json));
  }

  private SafetensorsWriter.Entry entry(WeightSpec weight, double std) {
    DType stored = dtype.dtype();
    Shape shape = weight.shape();
    return new SafetensorsWriter.Entry(
        weight.name(),
        new TensorType(stored, shape),
        () -> value(weight.name(), stored, shape, std));
  }

  /** Norms start at one, biases at zero, everything else at N(0, std²). */
  private HostTensor value(String name, DType stored, Shape shape, double std) {
    if (shape.rank() == 1) {
      double constant = name.endsWith(".bias") ? 0 : 1;
      return HostTensor.generate(stored, shape, i -> constant);
    }
    long site = Noise.site(name);
    return HostTensor.generate(stored, shape, i -> std * Noise.normal(seed, 0, 0, site, i));
  }
}
