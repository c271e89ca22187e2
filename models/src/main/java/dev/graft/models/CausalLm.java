package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * A causal language model written on the tensor graph. It holds no values: weights are variables of
 * a backend under their Hugging Face names, and {@link Forward} decides how they are read.
 */
public interface CausalLm {
  ModelConfig config();

  /**
   * Every weight under its Hugging Face name, with its shape. A head that shares the embedding's
   * weight does not appear a second time.
   */
  List<WeightSpec> weights();

  /** Where adapters may sit: the embedding, all linear layers and the head, in forward order. */
  List<Site> sites();

  /**
   * Traces everything below the head.
   *
   * @param ids token ids, i64 [b, t]
   * @param positions the position of every token in its text, i64 [b, t]
   * @param bias added to attention scores, [b or 1, 1, t, s] in the compute dtype; see {@link
   *     AttentionBias}
   * @return hidden states after the final norm, [b, t, c] in the compute dtype
   */
  Tensor hidden(Forward forward, Tensor ids, Tensor positions, Tensor bias);

  /** The name of the weight [v, c] that projects to logits. */
  String headWeight();

  /**
   * The name of the weight behind a site; the embedding and a head that shares it have the same.
   */
  default String weight(Site site) {
    return site.kind() == SiteKind.HEAD ? headWeight() : site.name() + ".weight";
  }

  /** The site of the projection to logits. */
  default Site head() {
    return sites().stream().filter(s -> s.kind() == SiteKind.HEAD).findFirst().orElseThrow();
  }
}
