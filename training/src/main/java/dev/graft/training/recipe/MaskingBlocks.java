package dev.graft.training.recipe;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The recipe's masks: one block, as {@code response-only} or {@code {type: boilerplate, eot:
 * last}}, or a list of such blocks, of which the smallest weight counts.
 */
public final class MaskingBlocks {
  private final List<PluginBlock> blocks;

  /**
   * Masks that count together.
   *
   * @throws GraftException {@code config.value} without any
   */
  public MaskingBlocks(List<PluginBlock> blocks) {
    this.blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected at least one mask, received an empty list; 'none' trains every token");
    }
  }

  /** Reads a recipe's value: a name, a block, or a list of them. */
  public static MaskingBlocks fromConfig(Object value) {
    if (!(value instanceof List<?> list)) {
      return new MaskingBlocks(List.of(PluginBlock.fromConfig(value)));
    }
    List<PluginBlock> out = new ArrayList<>();
    for (Object element : list) {
      out.add(PluginBlock.fromConfig(element == null ? "" : element));
    }
    return new MaskingBlocks(out);
  }

  /** The masks, at least one. */
  public List<PluginBlock> blocks() {
    return blocks;
  }

  /** The value as a recipe writes it: a block where there is one only. */
  public Object toConfig() {
    return blocks.size() == 1
        ? blocks.get(0).toConfig()
        : blocks.stream().map(PluginBlock::toConfig).toList();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof MaskingBlocks b && b.blocks.equals(blocks);
  }

  @Override
  public int hashCode() {
    return blocks.hashCode();
  }

  /** The masks' names, for people. */
  @Override
  public String toString() {
    return blocks.stream().map(PluginBlock::type).collect(Collectors.joining(" + "));
  }
}
