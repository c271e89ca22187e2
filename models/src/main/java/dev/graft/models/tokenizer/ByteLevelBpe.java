package dev.graft.models.tokenizer;

import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A byte-level BPE tokenizer (GPT-2's) as Hugging Face's {@code tokenizer.json}. Token b is the
 * byte b for b &lt; 256; then come what the merges make, then the special tokens.
 *
 * @param merges in their order; empty for a tokenizer of bytes
 * @param special the texts of the special tokens
 */
public record ByteLevelBpe(List<Merge> merges, List<String> special) {
  /** The number of bytes, which the vocabulary begins with. */
  public static final int BYTES = 256;

  /**
   * Two tokens that become one.
   *
   * @param left in the characters that stand for bytes, as {@code right}
   */
  public record Merge(String left, String right) {
    public String joined() {
      return left + right;
    }
  }

  public ByteLevelBpe {
    merges = List.copyOf(merges);
    special = List.copyOf(special);
  }

  /**
   * The characters that stand for bytes in GPT-2's vocabulary: a byte's own where it prints, else
   * the next unused one from U+0100 on.
   */
  public static List<String> symbols() {
    List<String> out = new ArrayList<>();
    char next = 0x100;
    for (int b = 0; b < BYTES; b++) {
      boolean prints =
          (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
      out.add(String.valueOf(prints ? (char) b : next++));
    }
    return out;
  }

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json}.
   *
   * @param maxPositions the longest text
   * @param config further keys of the configuration, such as {@code eos_token}
   * @param chatTemplate how conversations are rendered; empty for none
   * @throws dev.graft.api.error.GraftException {@code file.write}
   */
  public void write(
      Path folder, int maxPositions, Map<String, ?> config, Optional<String> chatTemplate) {
    AtomicFile.writeString(folder.resolve("tokenizer.json"), Json.pretty(json()));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tokenizer_class", "PreTrainedTokenizerFast");
    all.putAll(config);
    all.put("model_max_length", maxPositions);
    all.put("clean_up_tokenization_spaces", false);
    chatTemplate.ifPresent(t -> all.put("chat_template", t));
    AtomicFile.writeString(folder.resolve("tokenizer_config.json"), Json.pretty(all));
  }

  private Map<String, Object> json() {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    symbols().forEach(s -> vocab.put(s, vocab.size()));
    merges.forEach(m -> vocab.putIfAbsent(m.joined(), vocab.size()));
    List<Object> added = new ArrayList<>();
    for (String token : special) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", vocab.size() + added.size());
      entry.put("content", token);
      entry.put("single_word", false);
      entry.put("lstrip", false);
      entry.put("rstrip", false);
      entry.put("normalized", false);
      entry.put("special", true);
      added.add(entry);
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
    model.put("merges", merges.stream().map(m -> m.left() + " " + m.right()).toList());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", null);
    json.put("padding", null);
    json.put("added_tokens", added);
    json.put("normalizer", null);
    json.put("pre_tokenizer", byteLevel());
    json.put("post_processor", null);
    json.put("decoder", byteLevel());
    json.put("model", model);
    return json;
  }

  private static Map<String, Object> byteLevel() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "ByteLevel");
    out.put("add_prefix_space", false);
    out.put("trim_offsets", true);
    out.put("use_regex", true);
    return out;
  }
}
