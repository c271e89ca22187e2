package dev.graft.models;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.models.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A saved adapter in PEFT's layout: {@code adapter_config.json} and {@code
 * adapter_model.safetensors} with tensors named {@code base_model.model.<module>.<name>}, and
 * {@code base_model.<name>} where all modules share one. Beside the adapter's own tensors a folder
 * may hold whole weights, of {@code modules_to_save} or of embeddings; they replace those of the
 * base model.
 */
public final class AdapterFolder {
  static final String CONFIG = "adapter_config.json";
  static final String TENSORS = "adapter_model.safetensors";

  private static final String PREFIX = "base_model.model.";
  private static final String SHARED = "base_model.";
  private static final String BASE_MODEL = "base_model_name_or_path";
  private static final String MODULES_TO_SAVE = "modules_to_save";
  private static final String WEIGHT = ".weight";
  private static final String BASE_LAYER = ".base_layer.weight";
  private static final String BIAS = ".bias";
  private static final String BASE_LAYER_BIAS = ".base_layer.bias";
  private static final String TRAINED_BIASES = "bias";

  /** With these, biases of the base model are among the tensors. */
  private static final Set<String> TRAINED = Set.of("all", "lora_only");

  private final Path path;
  private final Map<String, Object> config;
  private final String type;
  private final Adapter adapter;
  private final Safetensors tensors;

  private AdapterFolder(
      Path path, Map<String, Object> config, String type, Adapter adapter, Safetensors tensors) {
    this.path = path;
    this.config = config;
    this.type = type;
    this.adapter = adapter;
    this.tensors = tensors;
  }

  /**
   * Reads the configuration and the header of the tensors.
   *
   * @param providers the kinds of adapters to choose from
   * @throws GraftException {@code file.missing}, {@code file.malformed}, {@code
   *     adapter.unsupported}
   */
  public static AdapterFolder read(Path folder, List<AdapterProvider<?>> providers) {
    Path configFile = folder.resolve(CONFIG);
    Map<String, Object> config = new LinkedHashMap<>();
    Json.object(configFile)
        .properties()
        .forEach(
            f -> {
              // Nothing is the same as null here, and maps of the providers hold no null.
              if (!f.getValue().isNull()) {
                config.put(f.getKey(), Json.mapper().convertValue(f.getValue(), Object.class));
              }
            });
    String type = "";
    Adapter adapter = null;
    for (AdapterProvider<?> provider : providers) {
      Optional<Adapter> made = create(provider, config);
      if (made.isPresent() && adapter != null) {
        throw unsupported(
            configFile,
            "expected one kind of adapter to read it, but '"
                + type
                + "' and '"
                + provider.name()
                + "' both do");
      }
      if (made.isPresent()) {
        adapter = made.get();
        type = provider.name();
      }
    }
    if (adapter == null) {
      throw unsupported(
          configFile,
          "expected an adapter of a kind that is installed ("
              + String.join(", ", providers.stream().map(AdapterProvider::name).sorted().toList())
              + "), received peft_type "
              + config.get("peft_type")
              + (config.containsKey("use_dora") ? " with use_dora " + config.get("use_dora") : ""));
    }
    return new AdapterFolder(folder, config, type, adapter, open(folder));
  }

  private static GraftException unsupported(Path file, String problem) {
    return new GraftException(ErrorCode.ADAPTER_UNSUPPORTED, file + ": " + problem + ".");
  }

  private static <C extends Record> Optional<Adapter> create(
      AdapterProvider<C> provider, Map<String, Object> config) {
    return provider.fromSaved(Collections.unmodifiableMap(config)).map(provider::create);
  }

  private static Safetensors open(Path folder) {
    Path file = folder.resolve(TENSORS);
    if (Files.notExists(file)) {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected '"
              + TENSORS
              + "' beside "
              + CONFIG
              + " in '"
              + folder
              + "', but it is not there. An adapter_model.bin has to be converted to safetensors"
              + " first.");
    }
    return Safetensors.open(file);
  }

  public Path path() {
    return path;
  }

  /** The name of the provider that reads it, for example {@code lora}. */
  public String type() {
    return type;
  }

  public Adapter adapter() {
    return adapter;
  }

  /** What the folder says about the model that it was trained on; may be empty. */
  public Optional<String> baseModel() {
    return config.get(BASE_MODEL) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  /**
   * Lays the adapter onto a model and reads its tensors.
   *
   * @throws GraftException {@code targets.unmatched}; {@code adapter.tensors} when tensors are
   *     missing, unexpected or of another shape, with a list; {@code adapter.unsupported} when it
   *     replaces one side of a shared embedding
   */
  public SavedAdapter bind(CausalLm model) {
    AdapterBinding binding = AdapterBinding.bind(adapter, model.sites());
    Set<String> left = new LinkedHashSet<>(tensors.names());
    Problems problems = new Problems();
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    for (BoundParameter p : binding.parameters()) {
      String name = savedName(adapter, p);
      String found = left.contains(name) ? name : otherForm(name);
      if (!left.remove(found)) {
        problems.missing.add(name);
      } else if (problems.fits(tensors, found, p.spec().shape())) {
        parameters.put(p.variable(), tensors.tensor(found));
      }
    }
    for (BoundShared s : binding.shared()) {
      String name = SHARED + s.spec().name();
      if (!left.remove(name)) {
        problems.missing.add(name);
      } else if (problems.fits(tensors, name, s.spec().shape())) {
        parameters.put(s.variable(), tensors.tensor(name));
      }
    }
    Map<String, HostTensor> replaced = replaced(model, binding, left, problems);
    problems.unexpected.addAll(left);
    problems.check(tensors.source());
    return new SavedAdapter(binding, parameters, replaced);
  }

  /**
   * Lays the adapter onto the model of a folder, which has to be the one that it was trained on.
   *
   * @throws GraftException as {@link #bind(CausalLm)}; {@code adapter.base-model} when the folder
   *     tells which weights it was trained on, and the model's are others
   */
  public SavedAdapter bind(ModelFolder base) {
    SavedAdapter saved = bind(base.model());
    BaseSamples.check(tensors, saved.binding(), base.weights(), baseModel());
    return saved;
  }

  private static String savedName(Adapter adapter, BoundParameter p) {
    return PREFIX + p.site().name() + "." + adapter.savedName(p.site(), p.spec().name());
  }

  /** Versions of PEFT disagree on whether a bare parameter's name ends with {@code .weight}. */
  private static String otherForm(String name) {
    return name.endsWith(WEIGHT)
        ? name.substring(0, name.length() - WEIGHT.length())
        : name + WEIGHT;
  }

  /** Takes whole weights of the base model out of the names that are left. */
  private Map<String, HostTensor> replaced(
      CausalLm model, AdapterBinding binding, Set<String> left, Problems problems) {
    Map<String, Shape> weights = new LinkedHashMap<>();
    model.weights().forEach(w -> weights.put(w.name(), w.shape()));
    List<String> modules = modulesToSave();
    Set<String> embeddings = new LinkedHashSet<>();
    for (Site s : model.sites()) {
      if (s.kind() != SiteKind.LINEAR) {
        embeddings.add(s.name());
      }
    }
    boolean biases = TRAINED.contains(String.valueOf(config.get(TRAINED_BIASES)));
    Map<String, HostTensor> out = new LinkedHashMap<>();
    for (String name : List.copyOf(left)) {
      if (!name.startsWith(PREFIX)) {
        continue;
      }
      if (biases && name.endsWith(BIAS)) {
        String bias = bias(name);
        Shape shape = weights.get(bias);
        if (shape != null) {
          left.remove(name);
          if (problems.fits(tensors, name, shape)) {
            out.put(bias, tensors.tensor(name));
          }
        }
        continue;
      }
      String weight = name.substring(PREFIX.length());
      boolean baseLayer = weight.endsWith(BASE_LAYER);
      if (baseLayer) {
        weight = weight.substring(0, weight.length() - BASE_LAYER.length()) + WEIGHT;
      }
      String module = weight.substring(0, Math.max(0, weight.lastIndexOf('.')));
      boolean saved = modules.stream().anyMatch(module::endsWith);
      if (!saved && !embeddings.contains(module)) {
        continue;
      }
      // A base layer is the shared weight itself; a saved module is a copy of one side.
      if (model.config().tiedHead() && embeddings.contains(module) && !baseLayer) {
        throw unsupported(
            path.resolve(TENSORS),
            "expected no weight of one side of a shared embedding, received '"
                + name
                + "'. The model uses one weight for its embedding and its head, so neither can be"
                + " replaced alone");
      }
      Shape shape = weights.get(weight);
      if (shape != null) {
        left.remove(name);
        if (problems.fits(tensors, name, shape)) {
          out.put(weight, tensors.tensor(name));
        }
      }
    }
    String trained = String.valueOf(config.get(TRAINED_BIASES));
    for (String weight : weights.keySet()) {
      String name = PREFIX + binding.savedName(weight);
      boolean inside = name.endsWith(BASE_LAYER_BIAS);
      if (weight.endsWith(BIAS)
          && (trained.equals("all") || (trained.equals("lora_only") && inside))
          && !out.containsKey(weight)
          && problems.wrong.keySet().stream().noneMatch(wrong -> bias(wrong).equals(weight))) {
        problems.missing.add(name);
      }
    }
    for (String weight : weights.keySet()) {
      String module = weight.substring(0, weight.lastIndexOf('.'));
      if (modules.stream().anyMatch(module::endsWith)
          && !out.containsKey(weight)
          && !problems.wrong.containsKey(PREFIX + weight)) {
        problems.missing.add(PREFIX + weight);
      }
    }
    return out;
  }

  /** The weight's name for a bias in a folder. */
  private static String bias(String name) {
    String weight = name.substring(PREFIX.length());
    return weight.endsWith(BASE_LAYER_BIAS)
        ? weight.substring(0, weight.length() - BASE_LAYER_BIAS.length()) + BIAS
        : weight;
  }

  private List<String> modulesToSave() {
    Object value = config.get(MODULES_TO_SAVE);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list && list.stream().allMatch(v -> v instanceof String)) {
      return list.stream().map(v -> (String) v).toList();
    }
    throw Reading.malformed(
        path.resolve(CONFIG), "expected a list of names for 'modules_to_save', received " + value);
  }

  /** What does not fit between a folder and a model. */
  private static final class Problems {
    private final List<String> missing = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private final Map<String, String> wrong = new LinkedHashMap<>();

    boolean fits(Safetensors tensors, String name, Shape expected) {
      Shape received = tensors.shape(name);
      if (received.equals(expected) && tensors.dtype(name).isFloating()) {
        return true;
      }
      wrong.put(
          name,
          name
              + " (expected floating "
              + expected
              + ", received "
              + tensors.dtype(name)
              + received
              + ")");
      return false;
    }

    void check(Path source) {
      List<String> all = new ArrayList<>();
      add(all, "missing", missing);
      add(all, "unexpected", unexpected);
      add(all, "of another shape", List.copyOf(wrong.values()));
      if (!all.isEmpty()) {
        throw new GraftException(
            ErrorCode.ADAPTER_TENSORS,
            source
                + ": expected the tensors that "
                + CONFIG
                + " and the base model call for; "
                + String.join("; ", all)
                + ". The adapter probably belongs to another base model.");
      }
    }

    private static void add(List<String> all, String what, List<String> names) {
      if (!names.isEmpty()) {
        all.add(names.size() + " " + what + ": " + Listing.of(names));
      }
    }
  }

  /**
   * Writes a folder that PEFT can load when the adapter is one of its kinds. Each file is written
   * whole or not at all, the configuration last.
   *
   * @param values the parameters by variable name; all of the binding's, and perhaps its shared
   *     tensors, which are drawn otherwise
   * @param baseModel the base model's name or path, as others would find it
   * @throws GraftException {@code adapter.tensors} when values are missing or of another type,
   *     {@code file.write}
   */
  public static void write(
      Path folder, AdapterBinding binding, Map<String, HostTensor> values, String baseModel) {
    write(folder, binding, values, Map.of(), baseModel, Optional.empty());
  }

  /**
   * The same with whole weights of the base model.
   *
   * @param weights {@link AdapterBinding#trainedWeights} by name
   * @param base the weights that the adapter was trained on, of which the folder keeps samples so
   *     that other models can be told apart
   */
  public static void write(
      Path folder,
      AdapterBinding binding,
      Map<String, HostTensor> values,
      Map<String, HostTensor> weights,
      String baseModel,
      Optional<Weights> base) {
    Map<String, Object> config = new TreeMap<>(binding.adapter().savedConfig());
    config.put(BASE_MODEL, baseModel);
    Map<String, HostTensor> named = new TreeMap<>();
    Map<Site, Map<String, HostTensor>> at = new LinkedHashMap<>();
    for (BoundParameter p : binding.parameters()) {
      HostTensor value = values.get(p.variable());
      if (value == null || !value.type().equals(p.type())) {
        throw new GraftException(
            ErrorCode.ADAPTER_TENSORS,
            "expected "
                + p.type()
                + " for '"
                + p.variable()
                + "', received "
                + (value == null ? "nothing" : value.type()));
      }
      at.computeIfAbsent(p.site(), s -> new LinkedHashMap<>()).put(p.spec().name(), value);
    }
    at.forEach(
        (site, parameters) ->
            binding
                .adapter()
                .savedTensors(site, parameters)
                .forEach((name, value) -> named.put(PREFIX + site.name() + "." + name, value)));
    weights.forEach((name, value) -> named.put(PREFIX + binding.savedName(name), value));
    for (BoundShared s : binding.shared()) {
      HostTensor value = values.get(s.variable());
      named.put(SHARED + s.spec().name(), value == null ? s.spec().draw() : value);
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new GraftException(
          ErrorCode.FILE_WRITE,
          "expected to make the folder '"
              + folder
              + "' for an adapter, but it cannot be made: "
              + e,
          e);
    }
    SafetensorsWriter.write(
        folder.resolve(TENSORS),
        named,
        base.map(w -> BaseSamples.of(binding, w)).orElseGet(Map::of));
    AtomicFile.writeString(folder.resolve(CONFIG), Json.pretty(config));
  }
}
