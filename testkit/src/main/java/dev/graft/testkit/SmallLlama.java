package dev.graft.testkit;

import dev.graft.api.backend.Backend;
import dev.graft.api.ops.AdamW;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.Linear;
import dev.graft.api.ops.LinearCrossEntropy;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.Rotary;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Gradients;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A Llama with a tied head, random weights and LoRA (s = 2) on q and v, traced for one row: what
 * tests of whole steps run.
 */
public record SmallLlama(
    int layers,
    int hidden,
    int heads,
    int kvHeads,
    int inner,
    int vocab,
    int length,
    int rank,
    DType dtype) {

  /** A model that a test runs in milliseconds. */
  public static SmallLlama tiny(DType dtype) {
    return new SmallLlama(2, 16, 4, 2, 24, 40, 12, 2, dtype);
  }

  /** The width of a head. */
  public int headDim() {
    return hidden / heads;
  }

  /** Names and shapes of the frozen weights. */
  public Map<String, Shape> weights() {
    int kv = kvHeads * headDim();
    Map<String, Shape> w = new LinkedHashMap<>();
    w.put("embed", Shape.of(vocab, hidden));
    w.put("norm", Shape.of(hidden));
    for (int i = 0; i < layers; i++) {
      String p = "layers." + i + ".";
      w.put(p + "norm1", Shape.of(hidden));
      w.put(p + "norm2", Shape.of(hidden));
      w.put(p + "q", Shape.of(hidden, hidden));
      w.put(p + "k", Shape.of(kv, hidden));
      w.put(p + "v", Shape.of(kv, hidden));
      w.put(p + "o", Shape.of(hidden, hidden));
      w.put(p + "gate", Shape.of(inner, hidden));
      w.put(p + "up", Shape.of(inner, hidden));
      w.put(p + "down", Shape.of(hidden, inner));
    }
    return w;
  }

  /** The dtype of the trained parameters and their moments. */
  public DType parameterType() {
    return dtype == DType.BF16 ? DType.F32 : dtype;
  }

  /** Names and shapes of the trained parameters. */
  public Map<String, Shape> parameters() {
    Map<String, Shape> p = new LinkedHashMap<>();
    weights()
        .forEach(
            (name, shape) -> {
              if (name.endsWith(".q") || name.endsWith(".v")) {
                p.put(name + ".A", Shape.of(rank, shape.dim(1)));
                p.put(name + ".B", Shape.of(shape.dim(0), rank));
              }
            });
    return p;
  }

  /** Random values for all variables. */
  public Map<String, HostTensor> values(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    Map<String, HostTensor> v = new LinkedHashMap<>();
    Map<String, Shape> all = new LinkedHashMap<>(weights());
    all.putAll(parameters());
    all.forEach(
        (name, shape) -> {
          boolean norm = shape.rank() == 1;
          double scale = norm ? 0.1 : Math.sqrt(3.0 / shape.dim(-1));
          double mean = norm ? 1 : 0;
          v.put(
              name,
              HostTensor.generate(DType.F32, shape, i -> mean + scale * (2 * r.nextDouble() - 1)));
        });
    return v;
  }

  /** Gives all variables of a training step their first values. */
  public void write(Backend backend, long seed) {
    Map<String, HostTensor> values = values(seed);
    parameters()
        .forEach(
            (name, shape) -> {
              HostTensor zeros = HostTensor.generate(DType.F32, shape, i -> 0);
              backend.write("m." + name, zeros, parameterType());
              backend.write("v." + name, zeros, parameterType());
            });
    values.forEach(
        (name, value) ->
            backend.write(name, value, parameters().containsKey(name) ? parameterType() : dtype));
  }

  /** Inputs for one step. */
  public Map<String, HostTensor> inputs(long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    int d = headDim();
    Map<String, HostTensor> in = new LinkedHashMap<>();
    in.put("ids", HostTensor.generate(DType.I64, Shape.of(length), i -> r.nextInt(vocab)));
    in.put("targets", HostTensor.generate(DType.I64, Shape.of(length), i -> r.nextInt(vocab)));
    Shape table = Shape.of(1, 1, length, d);
    in.put("cos", HostTensor.generate(dtype, table, i -> Math.cos(angle(i, d))));
    in.put("sin", HostTensor.generate(dtype, table, i -> Math.sin(angle(i, d))));
    in.put(
        "bias",
        HostTensor.generate(
            dtype,
            Shape.of(1, 1, length, length),
            i -> i % length <= i / length ? 0 : Attention.MASKED));
    return in;
  }

  private static double angle(long i, int d) {
    long position = i / d;
    return position * Math.pow(10000, -2.0 * (i % d % (d / 2)) / d);
  }

  private Tensor weight(Trace t, String name) {
    Shape shape = java.util.Objects.requireNonNull(weights().get(name), name);
    return t.variable(name, new TensorType(dtype, shape));
  }

  private Tensor parameter(Trace t, String name) {
    Shape shape = java.util.Objects.requireNonNull(parameters().get(name), name);
    return t.variable(name, new TensorType(parameterType(), shape));
  }

  private Tensor adapted(Trace t, Tensor x, String name) {
    Tensor a = parameter(t, name + ".A").cast(dtype);
    Tensor b = parameter(t, name + ".B").cast(dtype);
    Tensor change = Linear.of(Linear.of(x, a, null), b, null).times(2);
    return Linear.of(x, weight(t, name), null).plus(change);
  }

  private Tensor heads(Tensor x, int n) {
    return x.reshape(1, length, n, headDim()).transpose(1, 2);
  }

  /** The mean loss. */
  public Tensor loss(Trace t) {
    Tensor cos = t.input("cos", dtype, 1, 1, length, headDim());
    Tensor sin = t.input("sin", dtype, 1, 1, length, headDim());
    Tensor bias = t.input("bias", dtype, 1, 1, length, length);
    Tensor embed = weight(t, "embed");
    Tensor x = embed.gather(t.input("ids", DType.I64, length));
    for (int i = 0; i < layers; i++) {
      String p = "layers." + i + ".";
      Tensor h = RmsNorm.of(x, weight(t, p + "norm1"), 1e-5);
      Tensor q = Rotary.of(heads(adapted(t, h, p + "q"), heads), cos, sin);
      Tensor k = Rotary.of(heads(Linear.of(h, weight(t, p + "k"), null), kvHeads), cos, sin);
      Tensor v = heads(adapted(t, h, p + "v"), kvHeads);
      Tensor a = Attention.of(q, k, v, bias, 1 / Math.sqrt(headDim())).get(0);
      Tensor joined = a.transpose(1, 2).reshape(length, hidden);
      x = x.plus(Linear.of(joined, weight(t, p + "o"), null));
      Tensor g = RmsNorm.of(x, weight(t, p + "norm2"), 1e-5);
      Tensor mid =
          SwiGlu.of(
              Linear.of(g, weight(t, p + "gate"), null), Linear.of(g, weight(t, p + "up"), null));
      x = x.plus(Linear.of(mid, weight(t, p + "down"), null));
    }
    Tensor last = RmsNorm.of(x, weight(t, "norm"), 1e-5);
    Tensor nll =
        LinearCrossEntropy.of(last, embed, t.input("targets", DType.I64, length), 128).get(0);
    return nll.sum().times(1.0 / length);
  }

  /** The parameters, in order. */
  public List<Tensor> trained(Trace t) {
    List<Tensor> out = new ArrayList<>();
    parameters().keySet().forEach(name -> out.add(parameter(t, name)));
    return out;
  }

  /** The loss and the gradient of every parameter, named as it is. */
  public Graph gradients() {
    Trace t = new Trace("gradients");
    Tensor loss = loss(t);
    t.output("loss", loss);
    List<Tensor> grads = Gradients.of(loss, trained(t));
    int i = 0;
    for (String name : parameters().keySet()) {
      t.output(name, grads.get(i++));
    }
    return t.build();
  }

  /** A training step: loss, gradients, AdamW. */
  public Graph step() {
    Trace t = new Trace("step");
    Tensor loss = loss(t);
    t.output("loss", loss);
    List<Tensor> trained = trained(t);
    List<Tensor> grads = Gradients.of(loss, trained);
    TensorType scalar = TensorType.of(parameterType());
    int i = 0;
    for (String name : parameters().keySet()) {
      Tensor p = trained.get(i);
      List<Tensor> next =
          AdamW.of(
              new AdamW(0.9, 0.999, 1e-8, 0.01),
              p,
              t.variable("m." + name, p.type()),
              t.variable("v." + name, p.type()),
              grads.get(i),
              t.fill(1e-3, scalar),
              t.fill(0.1, scalar),
              t.fill(0.001, scalar));
      t.update(name, next.get(0));
      t.update("m." + name, next.get(1));
      t.update("v." + name, next.get(2));
      i++;
    }
    return t.build();
  }
}
