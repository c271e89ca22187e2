package dev.graft.training.run;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.tensor.DType;
import dev.graft.models.AdapterBinding;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.models.tokenizer.ChatSettings;
import dev.graft.training.cache.CachedEncoder;
import dev.graft.training.cache.TokenCache;
import dev.graft.training.chat.ChatTemplate;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.BatchSettings;
import dev.graft.training.data.CombinedMask;
import dev.graft.training.data.Corpus;
import dev.graft.training.data.CorpusStatistics;
import dev.graft.training.data.DataSource;
import dev.graft.training.data.DatasetReader;
import dev.graft.training.data.Example;
import dev.graft.training.data.ExampleObserver;
import dev.graft.training.data.Gates;
import dev.graft.training.data.MaskedExample;
import dev.graft.training.data.Order;
import dev.graft.training.data.Packing;
import dev.graft.training.data.PromptTemplate;
import dev.graft.training.data.RowFormat;
import dev.graft.training.data.TextEncoder;
import dev.graft.training.data.TrainingData;
import dev.graft.training.optim.Optimizer;
import dev.graft.training.optim.Optimizers;
import dev.graft.training.optim.Schedule;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.DatasetEntry;
import dev.graft.training.recipe.MaskingBlocks;
import dev.graft.training.recipe.PluginBlock;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.StepOptions;
import dev.graft.training.step.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All of a run that is decided before an engine opens: the recipe with every default, the model,
 * the batches of every step. Whatever is wrong with a recipe, a model folder or the data is found
 * here, before anything is written.
 */
public final class PreparedRun {
  private static final ExampleObserver NOBODY = (origin, example, weights) -> {};

  private final Recipe recipe;
  private final ModelFolder folder;
  private final Optional<AdapterBinding> adapter;
  private final TrainedModel trained;
  private final Bound<Backend> backend;
  private final List<Plugin<?>> plugins;
  private final Optional<ChatTemplate> chatTemplate;
  private final Corpus split;
  private final TrainingData training;
  private final Optional<TrainingData> heldOut;
  private final List<Map<String, Object>> maskFindings;
  private final BatchPlan plan;
  private final Optional<BatchPlan> evalPlan;
  private final Optimizer optimizer;
  private final Schedule schedule;
  private final Phase first;

  private PreparedRun(
      Plugins found, Recipe asWritten, EncoderSource encoders, ExampleObserver observer) {
    PluginBlock backendBlock = asWritten.backendPlugin();
    this.backend = Bound.backend(found.backend(backendBlock.type()), backendBlock);
    List<Bound<MaskingStrategy>> masking =
        asWritten.masking().blocks().stream()
            .map(b -> Bound.masking(found.masking(b.type()), b))
            .toList();
    Optional<Bound<Adapter>> adapterPlugin = adapterPlugin(found, asWritten);
    this.plugins = new ArrayList<>(List.of(backend.plugin()));
    masking.stream().map(Bound::plugin).distinct().forEach(plugins::add);
    adapterPlugin.ifPresent(a -> plugins.add(a.plugin()));
    this.recipe = resolved(asWritten, backend.block(), masking, adapterPlugin);
    this.folder = ModelFolder.open(Path.of(recipe.baseModel()));
    this.adapter =
        adapterPlugin.map(a -> AdapterBinding.bind(a.value().get(), folder.model().sites()));
    this.trained = trained(recipe, folder.model(), adapter);
    this.chatTemplate = chatTemplate(recipe, folder);
    this.split = Corpus.of(sources(), recipe.valSetSize(), recipe.seed(), recipe.deduplicate());
    List<MaskingStrategy> masks = masking.stream().map(m -> m.value().get()).toList();
    MaskingStrategy mask = CombinedMask.of(masks);
    Gates gates = Gates.training(recipe.maxUntrainedShare());
    List<Path> files = recipe.datasets().stream().map(d -> Path.of(d.path())).toList();
    Prepared prepared =
        encoders.with(
            folder,
            encoder -> {
              try (CachedEncoder cached = TokenCache.ofUser().open(encoder, files)) {
                TrainingData trained = prepare(split.train(), cached, mask, gates, observer);
                Optional<TrainingData> held =
                    split.heldOut() == 0
                        ? Optional.empty()
                        : Optional.of(
                            prepare(
                                split.validation(),
                                cached,
                                new LearnedMask(mask),
                                Gates.evaluation(),
                                NOBODY));
                return new Prepared(trained, held);
              }
            });
    this.training = prepared.training();
    this.heldOut = prepared.heldOut();
    this.maskFindings = findings(masking, masks);
    this.plan = plan(training.examples());
    this.evalPlan =
        heldOut.map(
            d -> BatchPlan.ofEpochs(d.examples(), settings(1, Order.GIVEN), recipe.seed(), 1));
    this.schedule =
        new Schedule(
            recipe.lrScheduler(),
            recipe.warmupOf(plan.steps()),
            plan.steps(),
            recipe.cosineMinLrRatio());
    this.optimizer =
        Optimizers.create(
            recipe.optimizer().type(),
            recipe.optimizer().options(),
            recipe.weightDecay(),
            schedule);
    RestartChecks.check(recipe, trained, optimizer, plan.steps());
    this.first = new Phase(0, trained, graphs(trained));
    checkPacking();
  }

  /** What examples share has one dropout for all of them. */
  private void checkPacking() {
    if (recipe.packing() == Packing.SHARED_PREFIX && first.graphs().drawsNoise()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected training without noise with 'packing: shared-prefix', received "
              + (recipe.neftuneNoiseAlpha() > 0
                  ? "neftune_noise_alpha " + recipe.neftuneNoiseAlpha()
                  : "dropout in the adapter block")
              + "; set it to 0, or packing to best-fit");
    }
  }

  private StepGraphs graphs(TrainedModel model) {
    StepOptions options =
        new StepOptions(
            recipe.maxGradNorm(), recipe.neftuneNoiseAlpha(), recipe.gradientCheckpointing());
    return new StepGraphs(model, optimizer, options);
  }

  /**
   * Prepares a run with the tokenizer in the model's folder.
   *
   * @throws GraftException whatever is wrong with the recipe, the model folder or the data
   */
  public static PreparedRun of(Plugins plugins, Recipe recipe) {
    return of(plugins, recipe, new FolderEncoder());
  }

  static PreparedRun of(Plugins plugins, Recipe recipe, EncoderSource encoders) {
    return of(plugins, recipe, encoders, NOBODY);
  }

  static PreparedRun of(
      Plugins plugins, Recipe recipe, EncoderSource encoders, ExampleObserver observer) {
    return new PreparedRun(plugins, recipe, encoders, observer);
  }

  private record Prepared(TrainingData training, Optional<TrainingData> heldOut) {}

  /** A mask for held-out examples: what it learns it has learned from the training examples. */
  private record LearnedMask(MaskingStrategy mask) implements MaskingStrategy {
    @Override
    public float[] mask(TokenizedExample example, long seed) {
      return mask.mask(example, seed);
    }

    @Override
    public boolean leavesOutEndOfTurn() {
      return mask.leavesOutEndOfTurn();
    }
  }

  /** What each mask found in the training data: the mask's name with the findings. */
  private static List<Map<String, Object>> findings(
      List<Bound<MaskingStrategy>> masking, List<MaskingStrategy> masks) {
    List<Map<String, Object>> out = new ArrayList<>();
    for (int i = 0; i < masks.size(); i++) {
      Map<String, Object> found = masks.get(i).findings();
      if (!found.isEmpty()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("mask", masking.get(i).block().type());
        entry.putAll(found);
        out.add(entry);
      }
    }
    return List.copyOf(out);
  }

  private static Optional<Bound<Adapter>> adapterPlugin(Plugins found, Recipe recipe) {
    if (!recipe.isFull()) {
      return Optional.of(Bound.adapter(found.adapter(recipe.adapter().type()), recipe.adapter()));
    }
    if (!recipe.adapter().options().isEmpty()) {
      throw new GraftException(
          ErrorCode.CONFIG_UNKNOWN_KEY,
          "expected no options of 'adapter: full', which trains all weights, received "
              + recipe.adapter().options().keySet()
              + "; remove them or name an adapter");
    }
    return Optional.empty();
  }

  private static Recipe resolved(
      Recipe recipe,
      PluginBlock backend,
      List<Bound<MaskingStrategy>> masking,
      Optional<Bound<Adapter>> adapterPlugin) {
    Map<String, Object> options = new LinkedHashMap<>(backend.options());
    options.put("dtype", recipe.precision().name().toLowerCase(java.util.Locale.ROOT));
    Map<String, Object> map = new LinkedHashMap<>(recipe.toMap());
    map.put("backend", backend.with(options).toConfig());
    map.put("masking", new MaskingBlocks(masking.stream().map(Bound::block).toList()).toConfig());
    adapterPlugin.ifPresent(a -> map.put("adapter", a.block().toConfig()));
    return Recipe.of(map);
  }

  private static TrainedModel trained(
      Recipe recipe, CausalLm model, Optional<AdapterBinding> adapter) {
    DType compute = recipe.precision().dtype();
    if (recipe.unfrozenParameters().isEmpty()) {
      return new TrainedModel(model, adapter, compute);
    }
    if (adapter.isPresent()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected unfrozen_parameters with 'adapter: full' only, received it with the adapter '"
              + recipe.adapter().type()
              + "', which freezes all weights of the model; remove one of them");
    }
    List<String> names = model.weights().stream().map(WeightSpec::name).toList();
    Set<String> unfrozen = Unfrozen.of(recipe.unfrozenParameters(), names);
    return new TrainedModel(model, adapter, compute, unfrozen);
  }

  private List<DataSource> sources() {
    List<DataSource> out = new ArrayList<>();
    for (DatasetEntry d : recipe.datasets()) {
      Iterable<Example> rows = DatasetReader.open(Path.of(d.path()), format(d));
      out.add(new DataSource(d.path(), rows, d.weight()));
    }
    return out;
  }

  /** The template that conversations are rendered with; empty when there are none. */
  private static Optional<ChatTemplate> chatTemplate(Recipe recipe, ModelFolder folder) {
    if (recipe.datasets().stream().noneMatch(DatasetEntry::isChat)) {
      if (recipe.chatTemplate().isPresent() || recipe.chatTemplateDate().isPresent()) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE,
            "expected chat_template and chat_template_date only with data of type messages or"
                + " sharegpt or with 'chat: true', received data that are not rendered with one;"
                + " remove the key or set 'chat: true'");
      }
      return Optional.empty();
    }
    return Optional.of(
        ChatTemplate.of(
            ChatSettings.of(folder.path()), recipe.chatTemplate(), recipe.chatTemplateDay()));
  }

  private RowFormat format(DatasetEntry entry) {
    if (entry.isChat()) {
      return chatTemplate.orElseThrow().rows(entry.type());
    }
    return entry.prompt().isPresent() ? PromptTemplate.of(entry.prompt().get()) : entry.type();
  }

  private TrainingData prepare(
      Iterable<Example> examples,
      TextEncoder encoder,
      MaskingStrategy mask,
      Gates gates,
      ExampleObserver observer) {
    TrainingData data =
        TrainingData.prepare(
            examples,
            encoder,
            mask,
            recipe.seed(),
            recipe.sequenceLen(),
            recipe.overlength(),
            gates,
            observer);
    int vocab = folder.model().config().vocabSize();
    for (MaskedExample e : data.examples()) {
      for (int i = 0; i < e.size(); i++) {
        if (e.id(i) >= vocab) {
          throw new GraftException(
              ErrorCode.TOKENIZER,
              e.origin()
                  + ": expected token ids below the model's vocab_size of "
                  + vocab
                  + ", received "
                  + e.id(i)
                  + " from its tokenizer; the tokenizer probably belongs to another model");
        }
      }
    }
    return data;
  }

  private BatchSettings settings(int accumulation, Order order) {
    return new BatchSettings(
        recipe.sequenceLen(), recipe.microBatchSize(), accumulation, recipe.packing(), order);
  }

  private BatchPlan plan(List<MaskedExample> examples) {
    BatchSettings settings = settings(recipe.gradientAccumulationSteps(), Order.SHUFFLED);
    return recipe.maxSteps().isPresent()
        ? BatchPlan.ofSteps(examples, settings, recipe.seed(), recipe.maxSteps().get())
        : BatchPlan.ofEpochs(examples, settings, recipe.seed(), recipe.numEpochs());
  }

  /** The recipe with every default, also those of the plugins' blocks, filled in. */
  public Recipe recipe() {
    return recipe;
  }

  public ModelFolder folder() {
    return folder;
  }

  /** The adapter; empty when all weights are trained. */
  public Optional<AdapterBinding> adapter() {
    return adapter;
  }

  /** The engine, the mask and, if there is one, the adapter. */
  public List<Plugin<?>> plugins() {
    return List.copyOf(plugins);
  }

  /** The engine. */
  Plugin<?> engine() {
    return backend.plugin();
  }

  /** The template that conversations are rendered with; empty when there are none. */
  public Optional<ChatTemplate> chatTemplate() {
    return chatTemplate;
  }

  /** What the data are made of. */
  public CorpusStatistics corpus() {
    return split.statistics();
  }

  /** The rows that are trained on in an epoch, read anew by every iteration. */
  public Iterable<Example> trainingRows() {
    return split.train();
  }

  /** What is trained on. */
  public TrainingData training() {
    return training;
  }

  /** What is held out; empty when {@code val_set_size} is 0. */
  public Optional<TrainingData> heldOut() {
    return heldOut;
  }

  /**
   * What the masks found in the training data: for each that found anything, its name under {@code
   * mask}, and its findings.
   */
  public List<Map<String, Object>> maskFindings() {
    return maskFindings;
  }

  /** The batches of every step. */
  public BatchPlan plan() {
    return plan;
  }

  /** The held-out batches. */
  public Optional<BatchPlan> evalPlan() {
    return evalPlan;
  }

  public Optimizer optimizer() {
    return optimizer;
  }

  public Schedule schedule() {
    return schedule;
  }

  /** The model with what of it is trained. */
  public TrainedModel trainedModel() {
    return trained;
  }

  /** The graphs of the run, or of its first steps until the adapter is merged. */
  public StepGraphs graphs() {
    return first.graphs();
  }

  /** What is trained after so many merges of the adapter into the weights. */
  Phase phase(int merges) {
    Phase out = first;
    for (int i = 1; i <= merges; i++) {
      out = next(out, i);
    }
    return out;
  }

  private Phase next(Phase phase, int merges) {
    TrainedModel before = phase.trained();
    Adapter adapter = before.adapter().orElseThrow().adapter();
    Adapter restarted = adapter.restarted();
    if (restarted == adapter) {
      return new Phase(merges, before, phase.graphs());
    }
    AdapterBinding binding = AdapterBinding.bind(restarted, before.model().sites());
    TrainedModel after =
        new TrainedModel(
            before.model(), Optional.of(binding), before.compute(), before.trainableWeights());
    if (!after.kept().equals(before.kept())) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected the adapter '"
              + recipe.adapter().type()
              + "' to go on after a merge with the parameters that it had, received "
              + after.kept()
              + "; this is a fault of the adapter");
    }
    return new Phase(merges, after, graphs(after));
  }

  /** Opens the engine; the caller closes it. */
  public Backend openBackend() {
    return backend.value().get();
  }
}
