package dev.graft.training.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Encoded;
import dev.graft.training.data.Example;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.TextEncoder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every mask on conversations as each family of models writes them: the text of weight 1, with
 * {@code |} between stretches. A token is a character, so nothing is decided by the tokenizer.
 */
class FamilyMasksTest {
  /** Leading spaces, combining marks, other scripts, and ChatML's marker as the user's own text. */
  private static final String TURNS =
      """
      {"messages": [{"role": "user", "content": " e\u0301<|im_end|>"},
       {"role": "assistant", "content": "漢 a"}, {"role": "user", "content": "B"},
       {"role": "assistant", "content": "No.", "spans": [[0, 2]]}]}
      """;

  private static final String EMPTY_SYSTEM =
      TURNS.replace("[{", "[{\"role\":\"system\",\"content\":\"\"},{");

  private static final class Characters implements TextEncoder {
    @Override
    public Encoded encode(String text) {
      int n = text.length();
      int[] ids = text.chars().toArray();
      int[] starts = new int[n];
      int[] ends = new int[n];
      for (int i = 0; i < n; i++) {
        starts[i] = i;
        ends[i] = i + 1;
      }
      return new Encoded(ids, starts, ends);
    }

    @Override
    public int eosId() {
      return 0;
    }

    @Override
    public OptionalInt bosId() {
      return OptionalInt.empty();
    }

    @Override
    public int vocabSize() {
      return Character.MAX_VALUE + 1;
    }
  }

  private static MaskingStrategy mask(String name) {
    for (MaskingProvider<?> p : ServiceLoader.load(MaskingProvider.class)) {
      if (p.name().equals(name)) {
        return create(p);
      }
    }
    throw new AssertionError("no mask '" + name + "' was found");
  }

  private static <C extends Record> MaskingStrategy create(MaskingProvider<C> provider) {
    Map<String, ?> options =
        provider.name().equals("weighted") ? Map.of("instruction", 1) : Map.of();
    return provider.create(ConfigBinder.bind(options, provider.configType(), "masking"));
  }

  private static String trained(String family, String row, String mask) throws IOException {
    Example example = ChatTemplates.read(ChatTemplates.family(family), DatasetType.MESSAGES, row);
    TokenizedExample e = new ExampleTokenizer(new Characters()).tokenize(example.rendering());
    MaskingStrategy strategy = mask(mask);
    strategy.prepare(List.of(e));
    float[] weights = strategy.mask(e, 1);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] == 1) {
        out.append(i > 0 && weights[i - 1] != 1 && out.length() > 0 ? "|" : "");
        out.append(e.text().charAt(i));
      }
    }
    return out.toString().replace("e\u0301", "é").replace("\n", "⏎");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "chatml ! ' é<|im_end|>' ! '' ! <|im_end|> ! ''",
        "smollm2 ! ' é<|im_end|>' ! '' ! <|im_end|> !"
            + " 'You are a helpful AI assistant named SmolLM, trained by Hugging Face|'",
        "qwen-2 ! ' é<|im_end|>' ! '' ! <|im_end|> ! 'You are a helpful assistant.|'",
        "qwen-3 ! ' é<|im_end|>' ! <think>⏎⏎</think>⏎⏎ ! <|im_end|> ! ''",
        "llama-3 ! é<|im_end|> ! '' ! <|eot_id|> !"
            + " 'Cutting Knowledge Date: December 2023⏎Today Date: 26 Jul 2024⏎⏎|'",
        "gemma-3 ! é<|im_end|> ! '' ! <end_of_turn> ! ''",
        "mistral ! ' é<|im_end|>' ! '' ! </s> ! ''",
      })
  void trains(String family, String first, String thought, String end, String constant)
      throws IOException {
    String last = thought + "No." + end;
    String responses = "漢 a" + end + "|" + last;
    String own = first + "|漢 a" + end + "|B|" + last;
    assertThat(trained(family, TURNS, "response-only")).isEqualTo(responses);
    assertThat(trained(family, TURNS, "last-turn")).isEqualTo(last);
    assertThat(trained(family, TURNS, "boilerplate")).isEqualTo(own);
    assertThat(trained(family, TURNS, "special-tokens")).isEqualTo(constant + own);
    assertThat(trained(family, TURNS, "weighted")).isEqualTo(own);
    assertThat(trained(family, TURNS, "spans")).isEqualTo("No|" + end);
    String all = trained(family, TURNS, "none");
    assertThat(all)
        .contains(first)
        .endsWith(family.equals("mistral") || family.equals("llama-3") ? last : last + "⏎");
    if (family.equals("mistral")) {
      // It writes a system message into the last question only, so no earlier prompt begins the
      // conversation.
      assertThatThrownBy(() -> trained(family, EMPTY_SYSTEM, "response-only"))
          .isInstanceOfSatisfying(
              GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHAT_TEMPLATE));
      return;
    }
    // Elsewhere it changes what the template says, not what is the user's or the model's.
    assertThat(trained(family, EMPTY_SYSTEM, "response-only")).isEqualTo(responses);
    assertThat(trained(family, EMPTY_SYSTEM, "boilerplate")).isEqualTo(own);
  }
}
