package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * The decoder of Llama and of those that differ from it in settings only. For every block
 *
 * <pre>
 *   x = x + o_proj(attention(q_proj(n), k_proj(n), v_proj(n)))   n = rmsNorm(x)
 *   x = x + down_proj(silu(gate_proj(m)) ⊙ up_proj(m))           m = rmsNorm(x)
 * </pre>
 *
 * <p>then a last norm and the head, which may share the embedding's weight.
 */
final class RotaryDecoder implements CausalLm {
  /** Which linear layers of a block have a bias: q_proj, k_proj and v_proj; o_proj; the MLP's. */
  record Biases(boolean qkv, boolean output, boolean mlp) {}

  private static final String EMBEDDING = "model.embed_tokens";
  private static final String HEAD = "lm_head";
  private static final String LAST_NORM = "model.norm";

  private final ModelConfig config;
  private final double eps;
  private final Rope rope;
  private final Layout layout = new Layout();

  RotaryDecoder(ModelConfig config, double eps, Rope rope, int intermediate, Biases biases) {
    this.config = config;
    this.eps = eps;
    this.rope = rope;
    int c = config.hiddenSize();
    int q = config.heads() * config.headDim();
    int kv = config.kvHeads() * config.headDim();
    layout.embedding(EMBEDDING, config.vocabSize(), c);
    for (int i = 0; i < config.layers(); i++) {
      layout.norm(layer(i, "input_layernorm"), c);
      layout.linear(i, layer(i, "self_attn.q_proj"), c, q, biases.qkv());
      layout.linear(i, layer(i, "self_attn.k_proj"), c, kv, biases.qkv());
      layout.linear(i, layer(i, "self_attn.v_proj"), c, kv, biases.qkv());
      layout.linear(i, layer(i, "self_attn.o_proj"), q, c, biases.output());
      layout.norm(layer(i, "post_attention_layernorm"), c);
      layout.linear(i, layer(i, "mlp.gate_proj"), c, intermediate, biases.mlp());
      layout.linear(i, layer(i, "mlp.up_proj"), c, intermediate, biases.mlp());
      layout.linear(i, layer(i, "mlp.down_proj"), intermediate, c, biases.mlp());
    }
    layout.norm(LAST_NORM, c);
    layout.head(HEAD, c, config.vocabSize(), config.tiedHead());
  }

  private static String layer(int i, String name) {
    return "model.layers." + i + "." + name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public List<WeightSpec> weights() {
    return layout.weights();
  }

  @Override
  public List<Site> sites() {
    return layout.sites();
  }

  @Override
  public String headWeight() {
    return (config.tiedHead() ? EMBEDDING : HEAD) + ".weight";
  }

  @Override
  public Tensor hidden(Forward f, Tensor ids, Tensor positions, Tensor bias) {
    Rope.Tables tables = rope.tables(f.trace(), positions, f.dtype());
    Tensor x = f.embedding(layout.site(EMBEDDING), ids);
    for (int i = 0; i < config.layers(); i++) {
      f.checkpoint(x);
      x = x.plus(attention(f, i, norm(f, layer(i, "input_layernorm"), x), tables, bias));
      x = x.plus(mlp(f, i, norm(f, layer(i, "post_attention_layernorm"), x)));
    }
    f.checkpoint(x);
    return norm(f, LAST_NORM, x);
  }

  private Tensor norm(Forward f, String name, Tensor x) {
    return RmsNorm.of(x, f.weight(name + ".weight"), eps);
  }

  private Tensor linear(Forward f, int layer, String name, Tensor x) {
    return f.linear(layout.site(layer(layer, name)), x);
  }

  private Tensor attention(Forward f, int i, Tensor x, Rope.Tables tables, Tensor bias) {
    Tensor q = Heads.parted(linear(f, i, "self_attn.q_proj", x), config.heads());
    Tensor k = Heads.parted(linear(f, i, "self_attn.k_proj", x), config.kvHeads());
    Tensor v = Heads.parted(linear(f, i, "self_attn.v_proj", x), config.kvHeads());
    KeysValues kv = f.attend(i, tables.rotate(k), v);
    double scale = 1 / Math.sqrt(config.headDim());
    Tensor y = attend(tables.rotate(q), kv, bias, scale);
    return linear(f, i, "self_attn.o_proj", Heads.joined(y));
  }

  /**
   * The heads that read the same keys are, while each has one query, as well the queries of one
   * head: engines whose kernel knows no kv heads would else copy the whole cache for each.
   */
  private static Tensor attend(Tensor q, KeysValues kv, Tensor bias, double scale) {
    if (q.dim(2) != 1) {
      return Attention.of(q, kv.k(), kv.v(), bias, scale).get(0);
    }
    int heads = kv.k().dim(1);
    int shared = q.dim(1) / heads;
    Tensor queries = q.reshape(q.dim(0), heads, shared, q.dim(3));
    Tensor each = bias.broadcastTo(Shape.of(bias.dim(0), 1, shared, bias.dim(3)));
    return Attention.of(queries, kv.k(), kv.v(), each, scale).get(0).reshape(q.shape());
  }

  private Tensor mlp(Forward f, int i, Tensor x) {
    Tensor gate = linear(f, i, "mlp.gate_proj", x);
    Tensor up = linear(f, i, "mlp.up_proj", x);
    return linear(f, i, "mlp.down_proj", SwiGlu.of(gate, up));
  }
}
