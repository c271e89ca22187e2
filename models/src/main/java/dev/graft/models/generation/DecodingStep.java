package dev.graft.models.generation;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.models.AttentionBias;
import dev.graft.models.CausalLm;
import dev.graft.models.ForwardPass;
import dev.graft.models.KeysValues;
import dev.graft.models.ModelConfig;
import dev.graft.models.PlacedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * The graph that takes the next t tokens of b rows, puts their keys and values into a cache of s
 * slots, and gives the logits after the last of them. All rows write to the same slots: shorter
 * texts begin later, at their own start.
 *
 * @param rows b
 * @param tokens t
 * @param slots s
 */
record DecodingStep(int rows, int tokens, int slots) {
  static final String IDS = "ids";
  static final String STARTS = "starts";
  static final String SLOT = "slot";
  static final String ROWS = "rows";
  static final String LOGITS = "logits";

  /** The variables of a cache, each [b, g, s, d]: keys and values of every layer. */
  static List<String> variables(ModelConfig config, int rows, int slots) {
    List<String> out = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      out.add(variable(layer, "k", rows, slots));
      out.add(variable(layer, "v", rows, slots));
    }
    return out;
  }

  static TensorType type(ModelConfig config, DType dtype, int rows, int slots) {
    return TensorType.of(dtype, rows, config.kvHeads(), slots, config.headDim());
  }

  private static String variable(int layer, String what, int rows, int slots) {
    return "cache." + rows + "x" + slots + "." + layer + "." + what;
  }

  /**
   * Traces it. Inputs: {@code ids} i64 [b, t]; {@code starts} i64 [b], the slot where each row's
   * text begins; {@code slot} i64 [], where the first of the tokens goes. Output: {@code logits}
   * [b, v], f32.
   */
  Graph trace(PlacedModel placed) {
    CausalLm model = placed.model();
    DType dtype = placed.compute();
    Trace trace = new Trace("decode " + rows + "x" + tokens + " of " + slots);
    Tensor ids = trace.input(IDS, DType.I64, rows, tokens);
    Tensor starts = trace.input(STARTS, DType.I64, rows);
    Tensor slot = trace.input(SLOT, DType.I64);
    ForwardPass pass =
        placed
            .pass(trace)
            .cache(
                (layer, k, v) ->
                    new KeysValues(
                        store(trace, model, dtype, variable(layer, "k", rows, slots), k, slot),
                        store(trace, model, dtype, variable(layer, "v", rows, slots), v, slot)))
            .build();
    Tensor bias = AttentionBias.decoding(starts, slot, tokens, slots, dtype);
    Tensor hidden = model.hidden(pass, ids, positions(starts, slot), bias);
    Tensor last = hidden.slice(1, tokens - 1, tokens).reshape(rows, hidden.dim(2));
    trace.output(LOGITS, pass.logits(last).cast(DType.F32));
    return trace.build();
  }

  /** Counted from each row's start; 0 in the padding before it. */
  private Tensor positions(Tensor starts, Tensor slot) {
    Tensor slots = starts.trace().iota(1, 1, tokens).plus(slot);
    Tensor positions = slots.minus(starts.reshape(rows, 1));
    return positions.maximum(0);
  }

  private Tensor store(
      Trace trace, CausalLm model, DType dtype, String variable, Tensor value, Tensor slot) {
    Tensor cache = trace.variable(variable, type(model.config(), dtype, rows, slots));
    Tensor updated = cache.updateSlice(2, value, slot);
    trace.update(variable, updated);
    return updated;
  }

  /**
   * The graph that copies some rows of a cache into one of fewer rows. Input: {@code rows} i64
   * [to], which ones.
   */
  static Graph take(ModelConfig config, DType dtype, int from, int to, int slots) {
    Trace trace = new Trace("take " + to + " of " + from + " rows of the cache");
    Tensor rows = trace.input(ROWS, DType.I64, to);
    List<String> old = variables(config, from, slots);
    List<String> taken = variables(config, to, slots);
    for (int i = 0; i < old.size(); i++) {
      Tensor value = trace.variable(old.get(i), type(config, dtype, from, slots));
      trace.update(taken.get(i), value.gather(rows));
    }
    return trace.build();
  }

  /** The graph that copies a cache into one of more slots. */
  static Graph grow(ModelConfig config, DType dtype, int rows, int from, int to) {
    Trace trace = new Trace("grow the cache from " + from + " to " + to);
    List<String> old = variables(config, rows, from);
    List<String> grown = variables(config, rows, to);
    for (int i = 0; i < old.size(); i++) {
      Tensor value = trace.variable(old.get(i), type(config, dtype, rows, from));
      Tensor rest = trace.zeros(type(config, dtype, rows, to - from));
      trace.update(grown.get(i), trace.concat(2, List.of(value, rest)));
    }
    return trace.build();
  }
}
