package dev.graft.cli;

import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Hugging Face tokenizer that needs no training: byte-level BPE (GPT-2's) without merges. Token b
 * is the byte b for b &lt; 256; then the end of a text, then padding.
 */
final class ByteLevelTokenizer {
  static final int BYTES = 256;
  static final int EOS_ID = BYTES;
  static final int PAD_ID = BYTES + 1;

  /** The least vocabulary of a model that uses it. */
  static final int SIZE = BYTES + 2;

  static final String EOS = "<|endoftext|>";
  static final String PAD = "<|pad|>";

  private ByteLevelTokenizer() {}

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  static void write(Path folder, int maxPositions) {
    AtomicFile.writeString(folder.resolve("tokenizer.json"), Json.pretty(tokenizer()));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("eos_token", EOS);
    config.put("pad_token", PAD);
    config.put("model_max_length", maxPositions);
    config.put("clean_up_tokenization_spaces", false);
    AtomicFile.writeString(folder.resolve("tokenizer_config.json"), Json.pretty(config));
  }

  private static Map<String, Object> tokenizer() {
    Map<String, Object> vocab = new LinkedHashMap<>();
    for (int b = 0; b < BYTES; b++) {
      vocab.put(symbol(b), b);
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("dropout", null);
    model.put("unk_token", null);
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("vocab", vocab);
    model.put("merges", List.of());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", null);
    json.put("padding", null);
    json.put("added_tokens", List.of(special(EOS_ID, EOS), special(PAD_ID, PAD)));
    json.put("normalizer", null);
    json.put("pre_tokenizer", byteLevel());
    json.put("post_processor", null);
    json.put("decoder", byteLevel());
    json.put("model", model);
    return json;
  }

  private static Map<String, Object> special(int id, String content) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", id);
    out.put("content", content);
    out.put("single_word", false);
    out.put("lstrip", false);
    out.put("rstrip", false);
    out.put("normalized", false);
    out.put("special", true);
    return out;
  }

  private static Map<String, Object> byteLevel() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "ByteLevel");
    out.put("add_prefix_space", false);
    out.put("trim_offsets", true);
    out.put("use_regex", true);
    return out;
  }

  /**
   * The character that stands for a byte in GPT-2's vocabulary: itself where it prints, else the
   * next unused one from U+0100 on.
   */
  static String symbol(int b) {
    return String.valueOf(symbols().get(b));
  }

  private static List<Character> symbols() {
    List<Character> out = new ArrayList<>();
    char next = 0x100;
    for (int b = 0; b < BYTES; b++) {
      boolean prints =
          (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
      out.add(prints ? (char) b : next++);
    }
    return out;
  }
}
