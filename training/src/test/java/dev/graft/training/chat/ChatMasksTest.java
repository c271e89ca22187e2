package dev.graft.training.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Example;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.Gates;
import dev.graft.training.data.Overlength;
import dev.graft.training.data.TokenizerEncoder;
import dev.graft.training.data.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What masks train of conversations, token by token of a real byte-level tokenizer that has {@code
 * <|im_start|>} (its beginning of text) and {@code <|im_end|>} as special tokens: the text of the
 * tokens of weight 1, with {@code |} between stretches.
 */
class ChatMasksTest {
  private static final Path TOKENIZER = Path.of("src/test/resources/tokenizers/byte-level");
  private static final String ROW =
      """
      {"messages": [{"role": "user", "content": " e\u0301 漢<|im_end|>?", "spans": [[1, 3]]},
       {"role": "assistant", "content": "👩‍👧 a", "spans": [[0, 3]]},
       {"role": "user", "content": "More", "weight": 0},
       {"role": "assistant", "content": " No."}]}
      """;

  private static MaskingStrategy mask(String name, @Nullable String key, String value) {
    for (MaskingProvider<?> p : ServiceLoader.load(MaskingProvider.class)) {
      if (p.name().equals(name)) {
        return create(p, key == null ? Map.of() : Map.of(key, value));
      }
    }
    throw new AssertionError("no mask '" + name + "' was found");
  }

  private static <C extends Record> MaskingStrategy create(
      MaskingProvider<C> provider, Map<String, ?> options) {
    return provider.create(ConfigBinder.bind(options, provider.configType(), "masking"));
  }

  private static List<String> trained(Example row, MaskingStrategy mask) {
    List<String> out = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(TOKENIZER)) {
      TrainingData.prepare(
          List.of(row),
          new TokenizerEncoder(tokenizer),
          mask,
          1,
          512,
          Overlength.FAIL,
          Gates.evaluation(),
          (origin, example, weights) -> out.add(trained(example, weights)));
    }
    return out;
  }

  private static String trained(TokenizedExample e, float[] weights) {
    StringBuilder out = new StringBuilder();
    int shown = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] == 1) {
        Token t = e.tokens().get(i);
        out.append(i > 0 && weights[i - 1] != 1 && out.length() > 0 ? "|" : "");
        // Tokens of the bytes of one character all have its place.
        out.append(e.text(), Math.max(shown, t.start()), Math.max(shown, t.end()));
        shown = Math.max(shown, t.end());
      }
    }
    return out.toString().replace("\n", "⏎");
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '!',
      value = {
        "response-only ! ! ! '👩‍👧 a<|im_end|>| No.<|im_end|>'",
        "response-only ! eot ! last ! '👩‍👧 a| No.<|im_end|>'",
        "response-only ! eot ! none ! '👩‍👧 a| No.'",
        "last-turn ! ! ! ' No.<|im_end|>'",
        "special-tokens ! ! ! ' é 漢<|im_end|>?|👩‍👧 a<|im_end|>| No.<|im_end|>'",
        "boilerplate ! ! ! ' é 漢<|im_end|>?|👩‍👧 a<|im_end|>| No.<|im_end|>'",
        "weighted ! instruction ! 0 ! '👩‍👧 a<|im_end|>| No.<|im_end|>'",
        "weighted ! instruction ! 1 ! ' é 漢<|im_end|>?|👩‍👧 a<|im_end|>| No.<|im_end|>'",
        "spans ! ! ! 'é|👩‍👧|<|im_end|>'",
        "none ! ! ! 'user⏎ é 漢<|im_end|>?<|im_end|>⏎<|im_start|>assistant⏎👩‍👧 a<|im_end|>⏎<|im_start|>"
            + "user⏎|<|im_end|>⏎<|im_start|>assistant⏎ No.<|im_end|>⏎'",
      })
  void trains(String name, @Nullable String key, @Nullable String value, String expected) {
    Example row = ChatTemplates.read(ChatTemplates.of("chatml"), DatasetType.MESSAGES, ROW);
    MaskingStrategy mask = mask(name, key, value == null ? "" : value);
    assertThat(trained(row, mask)).containsExactly(expected.replace("é", "e\u0301"));
  }

  /** The template's text is all that the model sees: nothing is put before it. */
  @Test
  void theTemplatesBeginningOfTextIsTheOnlyOne() {
    Example row = ChatTemplates.read(ChatTemplates.of("mistral"), DatasetType.MESSAGES, ROW);
    try (Tokenizer tokenizer = Tokenizer.open(TOKENIZER.resolveSibling("metaspace"))) {
      TokenizerEncoder encoder = new TokenizerEncoder(tokenizer);
      int bos = encoder.beginningOfText().orElseThrow();
      TokenizedExample e = new ExampleTokenizer(encoder).tokenize(row.rendering());
      assertThat(e.tokens().stream().filter(t -> t.id() == bos)).hasSize(1);
      assertThat(e.tokens().get(0).id()).isEqualTo(bos);
      Example without = ChatTemplates.read(ChatTemplates.of("chatml"), DatasetType.MESSAGES, ROW);
      assertThat(new ExampleTokenizer(encoder).tokenize(without.rendering()).tokens())
          .noneMatch(t -> t.id() == bos);
    }
  }
}
