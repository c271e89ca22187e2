package dev.graft.api.adapter;

/**
 * A place in a model where an adapter may sit.
 *
 * @param name the canonical Hugging Face module name, for example {@code
 *     model.layers.3.self_attn.q_proj}
 * @param kind what its weight does
 * @param in the input width; for an embedding the vocabulary size
 * @param out the output width
 * @param layer the index of the block, or −1 outside the blocks
 */
public record Site(String name, SiteKind kind, int in, int out, int layer) {
  /** The last part of the name, for example {@code q_proj}. */
  public String module() {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
