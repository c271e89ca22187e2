package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.ops.Attention;
import dev.graft.api.ops.RmsNorm;
import dev.graft.api.ops.SwiGlu;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Llama (arXiv 2302.13971; grouped kv heads from 2307.09288, rotary scaling from 2407.21783). For
 * every block
 *
 * <pre>
 *   x = x + o_proj(attention(q_proj(n), k_proj(n), v_proj(n)))   n = rmsNorm(x)
 *   x = x + down_proj(silu(gate_proj(m)) ⊙ up_proj(m))           m = rmsNorm(x)
 * </pre>
 *
 * <p>then a last norm and the head, which may share the embedding's weight.
 */
final class Llama implements CausalLm {
  static final String MODEL_TYPE = "llama";

  private static final String EMBEDDING = "model.embed_tokens";
  private static final String HEAD = "lm_head";
  private static final String LAST_NORM = "model.norm.weight";

  private final ModelConfig config;
  private final double eps;
  private final Rope rope;
  private final Map<String, Site> sites = new LinkedHashMap<>();
  private final List<WeightSpec> weights = new ArrayList<>();

  /** Reads a {@code config.json}; settings that change the maths and are not there are refused. */
  Llama(ConfigFile file) {
    int hidden = file.count("hidden_size");
    int heads = file.count("num_attention_heads");
    int kvHeads = file.count("num_key_value_heads", heads);
    if (heads % kvHeads != 0) {
      throw file.unsupported("num_key_value_heads", "a divisor of " + heads, kvHeads);
    }
    if (!file.has("head_dim") && hidden % heads != 0) {
      throw file.unsupported("hidden_size", "a multiple of " + heads + " heads", hidden);
    }
    String activation = file.text("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw file.unsupported("hidden_act", "'silu'", "'" + activation + "'");
    }
    this.config =
        new ModelConfig(
            file.text("model_type"),
            file.count("vocab_size"),
            hidden,
            file.count("num_hidden_layers"),
            heads,
            kvHeads,
            file.count("head_dim", hidden / heads),
            file.count("max_position_embeddings", 2048),
            file.flag("tie_word_embeddings", false),
            file.id("bos_token_id"),
            file.ids("eos_token_id"));
    this.eps = file.number("rms_norm_eps", 1e-6);
    this.rope = Rope.read(file, config.headDim());
    declare(
        file.count("intermediate_size"),
        file.flag("attention_bias", false),
        file.flag("mlp_bias", false));
  }

  private void declare(int intermediate, boolean attentionBias, boolean mlpBias) {
    int c = config.hiddenSize();
    int q = config.heads() * config.headDim();
    int kv = config.kvHeads() * config.headDim();
    add(new Site(EMBEDDING, SiteKind.EMBEDDING, config.vocabSize(), c, -1), false);
    for (int i = 0; i < config.layers(); i++) {
      weights.add(new WeightSpec(layer(i, "input_layernorm.weight"), Shape.of(c)));
      linear(i, "self_attn.q_proj", c, q, attentionBias);
      linear(i, "self_attn.k_proj", c, kv, attentionBias);
      linear(i, "self_attn.v_proj", c, kv, attentionBias);
      linear(i, "self_attn.o_proj", q, c, attentionBias);
      weights.add(new WeightSpec(layer(i, "post_attention_layernorm.weight"), Shape.of(c)));
      linear(i, "mlp.gate_proj", c, intermediate, mlpBias);
      linear(i, "mlp.up_proj", c, intermediate, mlpBias);
      linear(i, "mlp.down_proj", intermediate, c, mlpBias);
    }
    weights.add(new WeightSpec(LAST_NORM, Shape.of(c)));
    add(new Site(HEAD, SiteKind.HEAD, c, config.vocabSize(), -1), false);
  }

  private void linear(int layer, String name, int in, int out, boolean bias) {
    add(new Site(layer(layer, name), SiteKind.LINEAR, in, out, layer), bias);
  }

  private void add(Site site, boolean bias) {
    sites.put(site.name(), site);
    if (site.kind() == SiteKind.HEAD && config.tiedHead()) {
      return;
    }
    Shape shape =
        site.kind() == SiteKind.EMBEDDING
            ? Shape.of(site.in(), site.out())
            : Shape.of(site.out(), site.in());
    weights.add(new WeightSpec(site.name() + ".weight", shape));
    if (bias) {
      weights.add(new WeightSpec(site.name() + ".bias", Shape.of(site.out())));
    }
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
    return List.copyOf(weights);
  }

  @Override
  public List<Site> sites() {
    return List.copyOf(sites.values());
  }

  @Override
  public String headWeight() {
    return (config.tiedHead() ? EMBEDDING : HEAD) + ".weight";
  }

  @Override
  public Tensor hidden(Forward f, Tensor ids, Tensor positions, Tensor bias) {
    Rope.Tables tables = rope.tables(f.trace(), positions, f.dtype());
    Tensor x = f.embedding(site(EMBEDDING), ids);
    for (int i = 0; i < config.layers(); i++) {
      x = x.plus(attention(f, i, norm(f, layer(i, "input_layernorm.weight"), x), tables, bias));
      x = x.plus(mlp(f, i, norm(f, layer(i, "post_attention_layernorm.weight"), x)));
    }
    return norm(f, LAST_NORM, x);
  }

  private Tensor norm(Forward f, String weight, Tensor x) {
    return RmsNorm.of(x, f.weight(weight), eps);
  }

  private Tensor attention(Forward f, int i, Tensor x, Rope.Tables tables, Tensor bias) {
    Tensor q = heads(f.linear(site(layer(i, "self_attn.q_proj")), x), config.heads());
    Tensor k = heads(f.linear(site(layer(i, "self_attn.k_proj")), x), config.kvHeads());
    Tensor v = heads(f.linear(site(layer(i, "self_attn.v_proj")), x), config.kvHeads());
    KeysValues kv = f.attend(i, tables.rotate(k), v);
    double scale = 1 / Math.sqrt(config.headDim());
    Tensor y = Attention.of(tables.rotate(q), kv.k(), kv.v(), bias, scale).get(0);
    return f.linear(site(layer(i, "self_attn.o_proj")), joined(y));
  }

  private Tensor mlp(Forward f, int i, Tensor x) {
    Tensor gate = f.linear(site(layer(i, "mlp.gate_proj")), x);
    Tensor up = f.linear(site(layer(i, "mlp.up_proj")), x);
    return f.linear(site(layer(i, "mlp.down_proj")), SwiGlu.of(gate, up));
  }

  /** [b, t, n·d] → [b, n, t, d]. */
  private Tensor heads(Tensor x, int n) {
    return x.reshape(x.dim(0), x.dim(1), n, config.headDim()).permute(0, 2, 1, 3);
  }

  /** [b, n, t, d] → [b, t, n·d]. */
  private static Tensor joined(Tensor x) {
    return x.permute(0, 2, 1, 3).reshape(x.dim(0), x.dim(2), x.dim(1) * x.dim(3));
  }

  private Site site(String name) {
    Site site = sites.get(name);
    if (site == null) {
      throw new IllegalStateException("no site " + name);
    }
    return site;
  }
}
