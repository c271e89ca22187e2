package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * Qwen2 and Qwen2.5 (arXiv 2407.10671, section 2.2.1). For every block
 *
 * <pre>
 *   x = x + o_proj(attention(q_proj(n), k_proj(n), v_proj(n)))   n = rmsNorm(x)
 *   x = x + down_proj(silu(gate_proj(m)) ⊙ up_proj(m))           m = rmsNorm(x)
 * </pre>
 *
 * <p>where q_proj, k_proj and v_proj have a bias and nothing else has; then a last norm and the
 * head, which may share the embedding's weight. Every layer attends to the whole text: a file with
 * sliding windows is refused.
 */
final class Qwen2 implements CausalLm {
  static final String MODEL_TYPE = "qwen2";

  private static final String EMBEDDING = "model.embed_tokens";
  private static final String HEAD = "lm_head";
  private static final String LAST_NORM = "model.norm";

  private final ModelConfig config;
  private final double eps;
  private final Rope rope;
  private final Layout layout = new Layout();

  /** Reads a {@code config.json}; settings that change the maths and are not there are refused. */
  Qwen2(ConfigFile file) {
    file.only("hidden_act", "silu");
    this.config = ModelConfig.read(file, 32_768);
    this.eps = file.number("rms_norm_eps", 1e-6);
    this.rope = Rope.read(file, config.headDim());
    refuseSlidingWindows(file);
    declare(file.count("intermediate_size"));
  }

  /**
   * Newer files say what every layer attends to; in older ones the layers from {@code
   * max_window_layers} on slide, if {@code use_sliding_window} says so.
   */
  private void refuseSlidingWindows(ConfigFile file) {
    for (String type : file.texts("layer_types")) {
      if (!type.equals("full_attention")) {
        throw file.unsupported("layer_types", "'full_attention' in every layer", "'" + type + "'");
      }
    }
    if (file.flag("use_sliding_window", false)
        && !file.has("layer_types")
        && file.number("max_window_layers", 28) < config.layers()) {
      throw file.unsupported("use_sliding_window", "false", true);
    }
  }

  private void declare(int intermediate) {
    int c = config.hiddenSize();
    int q = config.heads() * config.headDim();
    int kv = config.kvHeads() * config.headDim();
    layout.embedding(EMBEDDING, config.vocabSize(), c);
    for (int i = 0; i < config.layers(); i++) {
      layout.norm(layer(i, "input_layernorm"), c);
      layout.linear(i, layer(i, "self_attn.q_proj"), c, q, true);
      layout.linear(i, layer(i, "self_attn.k_proj"), c, kv, true);
      layout.linear(i, layer(i, "self_attn.v_proj"), c, kv, true);
      layout.linear(i, layer(i, "self_attn.o_proj"), q, c, false);
      layout.norm(layer(i, "post_attention_layernorm"), c);
      layout.linear(i, layer(i, "mlp.gate_proj"), c, intermediate, false);
      layout.linear(i, layer(i, "mlp.up_proj"), c, intermediate, false);
      layout.linear(i, layer(i, "mlp.down_proj"), intermediate, c, false);
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
      x = x.plus(attention(f, i, norm(f, layer(i, "input_layernorm"), x), tables, bias));
      x = x.plus(mlp(f, i, norm(f, layer(i, "post_attention_layernorm"), x)));
    }
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
    Tensor y = Attention.of(tables.rotate(q), kv.k(), kv.v(), bias, scale).get(0);
    return linear(f, i, "self_attn.o_proj", Heads.joined(y));
  }

  private Tensor mlp(Forward f, int i, Tensor x) {
    Tensor gate = linear(f, i, "mlp.gate_proj", x);
    Tensor up = linear(f, i, "mlp.up_proj", x);
    return linear(f, i, "mlp.down_proj", SwiGlu.of(gate, up));
  }
}
