package dev.graft.experiments.world;

import dev.graft.models.tokenizer.ByteLevelBpe;
import dev.graft.models.tokenizer.ByteLevelBpe.Merge;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
  private static final Pattern NEVER = Pattern.compile("[0-9]|[A-Z]{2}");
  private static final String CHAT_TEMPLATE =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' +"
          + " message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt"
          + " %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private final List<Merge> merges;

  private WorldTokenizer(List<Merge> merges) {
    this.merges = merges;
  }

  /** Learns merges until the vocabulary has the size, or no pair is left that occurs twice. */
  static WorldTokenizer train(List<String> texts, int vocabSize) {
    List<String> alphabet = ByteLevelBpe.symbols();
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
    List<Merge> merges = new ArrayList<>();
    while (ByteLevelBpe.BYTES + merges.size() + SPECIAL.size() < vocabSize) {
      Map<Merge, Integer> pairs = new HashMap<>();
      words.forEach(
          (word, count) -> {
            for (int i = 0; i + 1 < word.size(); i++) {
              pairs.merge(new Merge(word.get(i), word.get(i + 1)), count, Integer::sum);
            }
          });
      Map.Entry<Merge, Integer> best =
          pairs.entrySet().stream()
              .max(
                  Map.Entry.<Merge, Integer>comparingByValue()
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

  private static void merge(Map<List<String>, Integer> words, Merge pair) {
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

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  void write(Path folder, int maxPositions) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("add_bos_token", true);
    config.put("bos_token", BOS);
    config.put("eos_token", EOS);
    config.put("pad_token", "<|pad|>");
    new ByteLevelBpe(merges, SPECIAL)
        .write(folder, maxPositions, config, Optional.of(CHAT_TEMPLATE));
  }
}
