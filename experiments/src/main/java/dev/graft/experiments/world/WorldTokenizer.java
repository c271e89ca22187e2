package dev.graft.experiments.world;

import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A byte-level BPE tokenizer (GPT-2's) whose merges are learned from a text (Sennrich et al., arXiv
 * 1508.07909): again and again the pair that is most frequent, of equals the first by its text,
 * becomes a token. No merge takes a digit, nor two capitals, so every digit of a number and of a
 * hexadecimal UUID is a token of its own.
 */
final class WorldTokenizer {
  static final String BOS = "<|begin_of_text|>";
  static final String EOS = "<|end_of_text|>";
  private static final List<String> SPECIAL =
      List.of(BOS, EOS, "<|pad|>", "<|im_start|>", "<|im_end|>");
  private static final int BYTES = 256;
  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
  private static final Pattern NEVER = Pattern.compile("[0-9]|[A-Z]{2}");
  private static final String CHAT_TEMPLATE =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' +"
          + " message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt"
          + " %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private final List<Pair> merges;

  private WorldTokenizer(List<Pair> merges) {
    this.merges = merges;
  }

  private record Pair(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /** Learns merges until the vocabulary has the size, or no pair is left that occurs twice. */
  static WorldTokenizer train(List<String> texts, int vocabSize) {
    List<String> alphabet = symbols();
    Map<String, Integer> counts = new HashMap<>();
    for (String text : texts) {
      Matcher matcher = WORDS.matcher(text);
      while (matcher.find()) {
        if (!NEVER.matcher(matcher.group()).find()) {
          counts.merge(matcher.group(), 1, Integer::sum);
        }
      }
    }
    Map<List<String>, Integer> words = new LinkedHashMap<>();
    counts.forEach((word, count) -> words.put(split(word, alphabet), count));
    List<Pair> merges = new ArrayList<>();
    while (BYTES + merges.size() + SPECIAL.size() < vocabSize) {
      Map<Pair, Integer> pairs = new HashMap<>();
      words.forEach(
          (word, count) -> {
            for (int i = 0; i + 1 < word.size(); i++) {
              pairs.merge(new Pair(word.get(i), word.get(i + 1)), count, Integer::sum);
            }
          });
      Map.Entry<Pair, Integer> best =
          pairs.entrySet().stream()
              .max(
                  Map.Entry.<Pair, Integer>comparingByValue()
                      .thenComparing(e -> e.getKey().left(), Comparator.reverseOrder())
                      .thenComparing(e -> e.getKey().right(), Comparator.reverseOrder()))
              .orElse(null);
      if (best == null || best.getValue() < 2) {
        break;
      }
      merges.add(best.getKey());
      merge(words, best.getKey());
    }
    return new WorldTokenizer(merges);
  }

  private static List<String> split(String word, List<String> alphabet) {
    List<String> out = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      out.add(alphabet.get(b & 0xff));
    }
    return out;
  }

  private static void merge(Map<List<String>, Integer> words, Pair pair) {
    Map<List<String>, Integer> before = new LinkedHashMap<>(words);
    words.clear();
    before.forEach(
        (word, count) -> {
          List<String> out = new ArrayList<>();
          for (int i = 0; i < word.size(); i++) {
            boolean here =
                i + 1 < word.size()
                    && word.get(i).equals(pair.left())
                    && word.get(i + 1).equals(pair.right());
            out.add(here ? pair.joined() : word.get(i));
            if (here) {
              i++;
            }
          }
          words.put(out, count);
        });
  }

  /**
   * The characters that stand for bytes in GPT-2's vocabulary: a byte's own where it prints, else
   * the next unused one from U+0100 on.
   */
  private static List<String> symbols() {
    List<String> out = new ArrayList<>();
    char next = 0x100;
    for (int b = 0; b < BYTES; b++) {
      boolean prints =
          (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
      out.add(String.valueOf(prints ? (char) b : next++));
    }
    return out;
  }

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  void write(Path folder, int maxPositions) {
    AtomicFile.writeString(folder.resolve("tokenizer.json"), Json.pretty(json()));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("add_bos_token", true);
    config.put("bos_token", BOS);
    config.put("eos_token", EOS);
    config.put("pad_token", "<|pad|>");
    config.put("model_max_length", maxPositions);
    config.put("clean_up_tokenization_spaces", false);
    config.put("chat_template", CHAT_TEMPLATE);
    AtomicFile.writeString(folder.resolve("tokenizer_config.json"), Json.pretty(config));
  }

  private Map<String, Object> json() {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    symbols().forEach(s -> vocab.put(s, vocab.size()));
    merges.forEach(m -> vocab.putIfAbsent(m.joined(), vocab.size()));
    List<Object> added = new ArrayList<>();
    for (String token : SPECIAL) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", vocab.size());
      entry.put("content", token);
      entry.put("single_word", false);
      entry.put("lstrip", false);
      entry.put("rstrip", false);
      entry.put("normalized", false);
      entry.put("special", true);
      added.add(entry);
      vocab.put(token, vocab.size());
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
