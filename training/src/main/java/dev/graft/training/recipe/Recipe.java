package dev.graft.training.recipe;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.data.Overlength;
import dev.graft.training.data.Packing;
import dev.graft.training.optim.Restarts;
import dev.graft.training.optim.ScheduleKind;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that decides the numbers of a run. Bound from the recipe's YAML by {@link RecipeFile}; the
 * names are Axolotl's where the meaning is the same.
 */
public record Recipe(
    @Doc("The model's folder: config.json, safetensors, tokenizer.json.") String baseModel,
    @Doc("The training data, a list of {path, type, weight}.") List<DatasetEntry> datasets,
    @Doc("How conversations are written: a Jinja file, or the template itself; else the model's.")
        Optional<String> chatTemplate,
    @Doc("The day that a chat template writes as today's, as 2024-07-26; without it, none.")
        Optional<String> chatTemplateDate,
    @Doc("The change that is trained: {type: lora, r: 8, ...}, or full for all weights.")
        PluginBlock adapter,
    @Doc("Which tokens carry loss: {type: response-only}, or a list: the smallest weight counts.")
        MaskingBlocks masking,
    @Doc("The engine: {type: djl-pytorch, dtype: fp32 | bf16}.") PluginBlock backend,
    @Doc("The run's folder.") String outputDir,
    @Default("512") @Doc("Tokens of a packed row.") int sequenceLen,
    @Default("1") @Doc("Rows of a micro-batch.") int microBatchSize,
    @Default("1") @Doc("Micro-batches of an optimizer step.") int gradientAccumulationSteps,
    @Default("false")
        @Doc("Keeps less for the backward pass and computes it again: less memory, more time.")
        boolean gradientCheckpointing,
    @Default("1") @Doc("Passes over the training data.") int numEpochs,
    @Doc("The optimizer steps of the run, instead of num_epochs.") Optional<Integer> maxSteps,
    @Default("2e-4") @Doc("The highest learning rate.") double learningRate,
    @Default("cosine") @Doc("How the learning rate changes over the run.") ScheduleKind lrScheduler,
    @Default("0") @Doc("What a cosine falls to, as a part of learning_rate.")
        double cosineMinLrRatio,
    @Doc("The part of all steps over which the learning rate rises from 0.")
        Optional<Double> warmupRatio,
    @Doc("The steps over which the learning rate rises from 0.") Optional<Integer> warmupSteps,
    @Default("0") @Doc("Decoupled weight decay of the optimizer.") double weightDecay,
    @Default("1") @Doc("The bound on the norm of all gradients together; 0 for none.")
        double maxGradNorm,
    @Default("adamw")
        @Doc("{type: adamw, betas: [0.9, 0.999], eps: 1e-8}, or sgd, or schedule-free-adamw.")
        PluginBlock optimizer,
    @Doc("ReLoRA: merges the adapter into the weights after every so many steps, and starts anew.")
        Optional<Integer> reloraSteps,
    @Doc("The steps over which the learning rate comes back after a merge; a tenth when absent.")
        Optional<Integer> reloraWarmupSteps,
    @Default("0") @Doc("NEFTune: the size of the noise on the embeddings in training; 0 for none.")
        double neftuneNoiseAlpha,
    @Doc("With adapter full: regular expressions for the weights to train; the others freeze.")
        List<String> unfrozenParameters,
    @Default("0.05") @Doc("The examples held out for evaluation: a part below 1, or a number.")
        double valSetSize,
    @Default("false") @Doc("Leaves out rows that say the same as an earlier one.")
        boolean deduplicate,
    @Doc("Evaluates after every so many steps, besides before the first and after the last.")
        Optional<Integer> evalSteps,
    @Default("100") @Doc("Writes a checkpoint after every so many steps, and after the last.")
        int saveSteps,
    @Default("2") @Doc("How many checkpoints stay.") int saveTotalLimit,
    @Default("1") @Doc("Writes metrics after every so many steps.") int loggingSteps,
    @Default("42") @Doc("The source of all randomness of the run.") long seed,
    @Default("best-fit") @Doc("How examples share rows.") Packing packing,
    @Default("fail") @Doc("What becomes of an example longer than a row.") Overlength overlength,
    @Default("0.1")
        @Doc("The largest share of examples of which no token may carry loss, from 0 to 1.")
        double maxUntrainedShare) {

  /** The adapter name that stands for training all weights. */
  public static final String FULL = "full";

  public Recipe {
    if (datasets.isEmpty()) {
      throw value("datasets", "at least one entry, as {path: data.json, type: alpaca}", "none", "");
    }
    chatTemplateDay(chatTemplateDate);
    atLeast("sequence_len", sequenceLen, 2);
    atLeast("micro_batch_size", microBatchSize, 1);
    atLeast("gradient_accumulation_steps", gradientAccumulationSteps, 1);
    atLeast("num_epochs", numEpochs, 1);
    maxSteps.ifPresent(n -> atLeast("max_steps", n, 1));
    within("learning_rate", learningRate, learningRate > 0, "above 0", "; 2e-4 is usual for LoRA");
    within(
        "cosine_min_lr_ratio",
        cosineMinLrRatio,
        cosineMinLrRatio >= 0 && cosineMinLrRatio <= 1,
        "from 0 to 1",
        "");
    warmupRatio.ifPresent(
        r -> within("warmup_ratio", r, r >= 0 && r < 1, "of at least 0 and below 1", ""));
    warmupSteps.ifPresent(n -> atLeast("warmup_steps", n, 0));
    if (warmupRatio.isPresent() && warmupSteps.isPresent()) {
      throw value(
          "warmup_ratio", "only one of warmup_ratio and warmup_steps", "both", "; remove one");
    }
    within("weight_decay", weightDecay, weightDecay >= 0, "of at least 0", "");
    within(
        "max_grad_norm", maxGradNorm, maxGradNorm >= 0, "of at least 0", "; 0 means no clipping");
    reloraSteps.ifPresent(n -> atLeast("relora_steps", n, 1));
    reloraWarmupSteps.ifPresent(
        n ->
            within(
                "relora_warmup_steps",
                n,
                n >= 0 && n < reloraSteps.orElse(0),
                "from 0 to less than relora_steps",
                ""));
    within(
        "neftune_noise_alpha",
        neftuneNoiseAlpha,
        neftuneNoiseAlpha >= 0 && Double.isFinite(neftuneNoiseAlpha),
        "of at least 0",
        "; the paper uses 5 to 15, and 0 means no noise");
    within(
        "val_set_size",
        valSetSize,
        valSetSize >= 0 && (valSetSize < 1 || valSetSize == Math.rint(valSetSize)),
        "as a part below 1 or as a whole number of examples",
        "");
    evalSteps.ifPresent(n -> atLeast("eval_steps", n, 1));
    atLeast("save_steps", saveSteps, 1);
    atLeast("save_total_limit", saveTotalLimit, 1);
    atLeast("logging_steps", loggingSteps, 1);
    within("seed", seed, seed >= 0, "of at least 0", "");
    within(
        "max_untrained_share",
        maxUntrainedShare,
        maxUntrainedShare >= 0 && maxUntrainedShare <= 1,
        "from 0 to 1",
        "");
  }

  private static Optional<LocalDate> chatTemplateDay(Optional<String> written) {
    try {
      return written.map(LocalDate::parse);
    } catch (DateTimeParseException e) {
      throw value("chat_template_date", "a day such as 2024-07-26", written.orElse(""), "");
    }
  }

  /** The day of {@code chat_template_date}. */
  public Optional<LocalDate> chatTemplateDay() {
    return chatTemplateDay(chatTemplateDate);
  }

  private static void atLeast(String key, long received, long minimum) {
    within(key, received, received >= minimum, "of at least " + minimum, "");
  }

  private static void within(
      String key, Number received, boolean holds, String expected, String advice) {
    if (!holds) {
      throw value(key, key + " " + expected, received.toString(), advice);
    }
  }

  private static GraftException value(String key, String expected, String received, String advice) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected " + expected + " for '" + key + "' in the recipe, received " + received + advice);
  }

  /** Binds a recipe. */
  public static Recipe of(Map<String, ?> keys) {
    return ConfigBinder.bind(keys, Recipe.class, "");
  }

  /** The recipe with every default filled in. */
  public Map<String, Object> toMap() {
    return ConfigBinder.toMap(this);
  }

  /** This recipe with one key changed. */
  public Recipe with(String key, Object newValue) {
    Map<String, Object> map = new LinkedHashMap<>(toMap());
    map.put(key, newValue);
    return of(map);
  }

  /** Whether all weights are trained instead of an adapter. */
  public boolean isFull() {
    return adapter.type().equals(FULL);
  }

  /** Whether a run ends with a whole model instead of an adapter. */
  public boolean endsWithModel() {
    return isFull() || reloraSteps.isPresent();
  }

  /** The compute precision: the backend block's {@code dtype}, by default fp32. */
  public Precision precision() {
    Map<String, Object> block = new LinkedHashMap<>();
    backend.option("dtype").ifPresent(v -> block.put("dtype", v));
    return ConfigBinder.bind(block, Dtype.class, "backend").dtype();
  }

  private record Dtype(@Default("fp32") Precision dtype) {}

  /** The backend block without what the trainer itself reads from it. */
  public PluginBlock backendPlugin() {
    return backend.without("dtype");
  }

  /** When the adapter is merged into the weights and starts anew. */
  public Restarts restarts() {
    return reloraSteps
        .map(n -> new Restarts(n, reloraWarmupSteps.orElse((n + 9) / 10)))
        .orElse(Restarts.NONE);
  }

  /** The warm-up steps of a run of so many steps; a ratio is rounded up. */
  public long warmupOf(long totalSteps) {
    if (warmupSteps.isPresent()) {
      return warmupSteps.get();
    }
    return (long) Math.ceil(warmupRatio.orElse(0.0) * totalSteps);
  }
}
