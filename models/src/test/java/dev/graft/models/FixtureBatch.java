package dev.graft.models;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.AdamW;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Gradients;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** One trace of a fixture's batch in f32: logits, the nll of every target, their mean. */
final class FixtureBatch {
  /** The rate of the fixtures' AdamW. */
  private static final double LEARNING_RATE = 1e-2;

  private static final AdamW ADAMW = new AdamW(0.9, 0.999, 1e-8, 0.01);
  private static final TensorType SCALAR = TensorType.of(DType.F32);

  final Trace trace = new Trace("fixture");
  final ForwardPass pass;
  final Tensor loss;
  private final Fixture fixture;

  FixtureBatch(Fixture fixture, Optional<AdapterBinding> adapter, Set<String> trainable) {
    this.fixture = fixture;
    CausalLm model = fixture.model();
    pass = ForwardPass.of(trace, model, DType.F32).adapter(adapter).trainable(trainable).build();
    Tensor ids = trace.input("ids", fixture.ids.type());
    Tensor positions = trace.input("positions", fixture.positions.type());
    Tensor bias = AttentionBias.causal(trace, fixture.length, DType.F32);
    Tensor hidden = model.hidden(pass, ids, positions, bias);
    trace.output("logits", pass.logits(hidden));
    Tensor at = trace.input("at", fixture.targetPositions.type());
    Tensor targets = trace.input("targets", fixture.targets.type());
    Tensor nll = LanguageModelLoss.nll(pass, hidden, at, targets);
    loss = nll.sum().times(1.0 / nll.dim(0));
    trace.output("nll", nll);
    trace.output("loss", loss);
  }

  private Map<String, HostTensor> inputs() {
    return Map.of(
        "ids",
        fixture.ids,
        "positions",
        fixture.positions,
        "at",
        fixture.targetPositions,
        "targets",
        fixture.targets);
  }

  TestBackend.Outputs run(Backend backend) {
    return TestBackend.run(backend, trace, inputs());
  }

  private static Tensor variable(Trace trace, BoundParameter p) {
    return trace.variable(p.variable(), p.type());
  }

  /** Declares the gradient of every parameter as an output with its variable's name. */
  FixtureBatch withGradients(List<BoundParameter> parameters) {
    List<Tensor> gradients =
        Gradients.of(loss, parameters.stream().map(p -> variable(trace, p)).toList());
    for (int i = 0; i < parameters.size(); i++) {
      trace.output(parameters.get(i).variable(), gradients.get(i));
    }
    return this;
  }

  /**
   * Takes steps of AdamW as the fixtures do, without clipping.
   *
   * @return the loss before every step
   */
  List<Double> train(Backend backend, List<BoundParameter> parameters, int steps) {
    List<Tensor> gradients =
        Gradients.of(loss, parameters.stream().map(p -> variable(trace, p)).toList());
    for (int i = 0; i < parameters.size(); i++) {
      BoundParameter p = parameters.get(i);
      HostTensor zeros = HostTensor.generate(DType.F32, p.spec().shape(), e -> 0);
      List<String> names = List.of(p.variable(), "m." + p.variable(), "v." + p.variable());
      names.subList(1, 3).forEach(name -> backend.write(name, zeros, DType.F32));
      List<Tensor> next =
          AdamW.of(
              ADAMW,
              variable(trace, p),
              trace.variable(names.get(1), p.type()),
              trace.variable(names.get(2), p.type()),
              gradients.get(i),
              trace.fill(LEARNING_RATE, SCALAR),
              trace.input("correction1", SCALAR),
              trace.input("correction2", SCALAR));
      for (int n = 0; n < 3; n++) {
        trace.update(names.get(n), next.get(n));
      }
    }
    List<Double> losses = new ArrayList<>();
    try (Executable executable = TestBackend.compiler(backend).compile(trace.build())) {
      for (int t = 1; t <= steps; t++) {
        Map<String, HostTensor> inputs = new HashMap<>(inputs());
        inputs.put("correction1", HostTensor.scalar(1 - Math.pow(ADAMW.beta1(), t)));
        inputs.put("correction2", HostTensor.scalar(1 - Math.pow(ADAMW.beta2(), t)));
        losses.add(Objects.requireNonNull(executable.run(inputs).get("loss")).get(0));
      }
    }
    return losses;
  }
}
