package dev.graft.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All cases, those with a peer beside it. */
final class Cases {
  private static final List<String> ENGINES = List.of("djl-pytorch", "tensorflow");
  private static final List<String> DTYPES = List.of("fp32", "bf16");

  /** Of the 200 rows that the figures are about. */
  private static final String HALF = "100";

  private final Optional<String> python;
  private final Path script;
  private final List<Case> all = new ArrayList<>();

  private Cases(Optional<String> python, Path script) {
    this.python = python;
    this.script = script;
  }

  /**
   * The cases of a sitting.
   *
   * @param python one that has the peers
   * @param script the peers' side
   * @param layers of the model whose steps are timed
   * @param model a folder with SmolLM2-135M, for an epoch and for generation
   * @param data rows of Alpaca's form, for an epoch
   */
  static List<Case> of(
      Optional<String> python, Path script, int layers, Optional<Path> model, Optional<Path> data) {
    Cases cases = new Cases(python, script);
    String shape = "smollm2-" + layers;
    for (String dtype : DTYPES) {
      cases.add("gemm, " + dtype, GemmChild.class, "gemm", List.of(dtype));
    }
    for (String dtype : DTYPES) {
      cases.step("step, " + dtype, shape, dtype, 511, "lora:r=8");
      cases.step("step, full, " + dtype, shape, dtype, 511, "full");
    }
    for (String engine : ENGINES) {
      cases.java(
          "adapters, fp32",
          engine,
          StepChild.class,
          List.of(shape, "fp32", "511", "6", "lora:r=8", "dora:r=8", "mora:r=8"));
    }
    cases.step("wide vocabulary, fp32", "wide-vocabulary", "fp32", 256, "lora:r=8");
    if (model.isPresent() && data.isPresent()) {
      for (String dtype : DTYPES) {
        cases.epoch(dtype, model.get().toString(), data.get().toString());
      }
    }
    if (model.isPresent()) {
      for (String rows : List.of("1", "16")) {
        List<String> args = List.of(model.get().toString(), "64", "1", rows);
        cases.add("generation, " + rows + " rows", GenerateChild.class, "generate", args);
      }
    }
    return cases.all;
  }

  private void step(String group, String shape, String dtype, int targets, String adapter) {
    List<String> args = List.of(shape, dtype, String.valueOf(targets), "4", adapter);
    add(group, StepChild.class, "step", args);
    List<String> less = new ArrayList<>(args);
    less.set(4, adapter + StepChild.CHECKPOINTED);
    ENGINES.forEach(e -> java(group, e, StepChild.class, less));
  }

  private void epoch(String dtype, String model, String data) {
    String group = "epoch, " + dtype;
    for (String packing : List.of("best-fit", "shared-prefix")) {
      for (String engine : ENGINES) {
        java(group, engine, EpochChild.class, List.of(dtype, model, data, packing));
      }
    }
    peer(group, "epoch", List.of(dtype, model, data));
    for (String engine : ENGINES) {
      java(
          "half an epoch, " + dtype,
          engine,
          EpochChild.class,
          List.of(dtype, model, data, "best-fit", HALF));
    }
  }

  /** Both engines and the peer. */
  private void add(String group, Class<?> child, String peerCommand, List<String> args) {
    ENGINES.forEach(e -> java(group, e, child, args));
    peer(group, peerCommand, args);
  }

  private void java(String group, String engine, Class<?> child, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(child.getName());
    command.add(engine);
    command.addAll(args);
    all.add(new Case(group, engine, false, command));
  }

  private void peer(String group, String peerCommand, List<String> args) {
    if (python.isPresent()) {
      List<String> command = new ArrayList<>(List.of(python.get(), script.toString(), peerCommand));
      command.addAll(args);
      all.add(new Case(group, "peer", true, command));
    }
  }
}
