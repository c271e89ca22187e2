package dev.graft.cli;

import dev.graft.models.tokenizer.ByteLevelBpe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hugging Face tokenizer that needs no training: byte-level BPE (GPT-2's) without merges. Token b
 * is the byte b for b &lt; 256; then the end of a text, then padding.
 */
final class ByteLevelTokenizer {
  static final int EOS_ID = ByteLevelBpe.BYTES;
  static final int PAD_ID = EOS_ID + 1;

  /** The least vocabulary of a model that uses it. */
  static final int SIZE = PAD_ID + 1;

  static final String EOS = "<|endoftext|>";
  static final String PAD = "<|pad|>";

  private ByteLevelTokenizer() {}

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  static void write(Path folder, int maxPositions) {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("eos_token", EOS);
    config.put("pad_token", PAD);
    new ByteLevelBpe(List.of(), List.of(EOS, PAD))
        .write(folder, maxPositions, config, Optional.empty());
  }

  /** The character that stands for a byte. */
  static String symbol(int b) {
    return ByteLevelBpe.symbols().get(b);
  }
}
