package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every mask trains of rows as they are read from data: the text of the tokens that carry
 * loss, one token a code point, with {@code $} for the end-of-text token and {@code |} between
 * stretches.
 */
class MaskFormatsTest {
  private static final Origin AT = new Origin("data.json", 1, 1);
  private static final String TASK =
      "Below is an instruction that describes a task. Write a response that appropriately"
          + " completes the request.\n\n### Instruction:\n";
  private static final String TASK_WITH_INPUT =
      "Below is an instruction that describes a task, paired with an input that provides further"
          + " context. Write a response that appropriately completes the request.\n\n"
          + "### Instruction:\n";
  private static final String RESPONSE = "\n\n### Response:\n";

  private static final Map<String, Example> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put(
        "alpaca",
        new AlpacaExample(
            AT, " Lies:" + RESPONSE + "x", "e\u0301 漢字", " 👩‍👩‍👧" + RESPONSE + "y"));
    ROWS.put("alpaca without input", new AlpacaExample(AT, "Sag was.", "", "Was."));
    ROWS.put("alpaca without output", new AlpacaExample(AT, "Schweig.", "", ""));
    ROWS.put("prompt-completion", new PromptCompletionExample(AT, "2+2=", " 4"));
    ROWS.put("text", new TextExample(AT, "Seite"));
  }

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

  /** The text of the tokens of weight 1. */
  private static String trained(MaskingStrategy mask, Example row) {
    FakeEncoder encoder = new FakeEncoder(1, OptionalInt.of(FakeEncoder.BOS));
    TokenizedExample e = new ExampleTokenizer(encoder).tokenize(row.rendering());
    float[] weights = mask.mask(e, 1);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < weights.length; i++) {
      Token t = e.tokens().get(i);
      if (weights[i] == 1) {
        boolean starts = i == 0 || weights[i - 1] != 1;
        out.append(starts && out.length() > 0 ? "|" : "");
        out.append(t.id() == FakeEncoder.EOS ? "$" : e.text().substring(t.start(), t.end()));
      }
    }
    return out.toString();
  }

  /** By row, in the order above, what is trained after a beginning-of-text token. */
  private static List<String> expected(String kind) {
    String own = " Lies:" + RESPONSE + "x";
    String input = "e\u0301 漢字";
    String answer = " 👩‍👩‍👧" + RESPONSE + "y";
    String between = "\n\n### Input:\n";
    return switch (kind) {
      case "all" ->
          List.of(
              TASK_WITH_INPUT + own + between + input + RESPONSE + answer + "$",
              TASK + "Sag was." + RESPONSE + "Was.$",
              TASK + "Schweig." + RESPONSE + "$",
              "2+2= 4$",
              "Seite$");
      case "responses" -> List.of(answer + "$", "Was.$", "$", " 4$", "Seite$");
      case "responses without ends" -> List.of(answer, "Was.", "", " 4", "Seite");
      case "own" ->
          List.of(
              own + "|" + input + "|" + answer + "$",
              "Sag was.|Was.$",
              "Schweig.|$",
              "2+2= 4$",
              "Seite$");
      case "nothing" -> List.of("", "", "", "", "");
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "none, , , all",
    "special-tokens, , , all",
    "special-tokens, variant, authors-code, all",
    "response-only, , , responses",
    "response-only, eot, last, responses",
    "response-only, eot, none, responses without ends",
    "boilerplate, , , own",
    "boilerplate, detect, corpus, own",
    "weighted, , , responses",
    "weighted, instruction, 1, responses and instructions",
    "last-turn, , , responses",
    "last-turn, eot, none, responses without ends",
    "spans, , , nothing",
    "spans, unmarked, response, spans of responses",
    "spans, unmarked, train, spans of all",
  })
  void trains(String name, @Nullable String key, String value, String kind) {
    List<String> expected =
        switch (kind) {
          case "responses and instructions" ->
              List.of(
                  expected("own").get(0).replace("|e\u0301 漢字", ""),
                  "Sag was.|Was.$",
                  "Schweig.|$",
                  "2+2= 4$",
                  "Seite$");
          // An empty response has no token that could be trained, and neither is its end.
          case "spans of responses" ->
              expected("responses").stream().map(s -> s.equals("$") ? "" : s).toList();
          case "spans of all" ->
              expected("all").stream()
                  .map(s -> s.endsWith("\n$") ? s.replace("$", "") : s)
                  .toList();
          default -> expected(kind);
        };
    int at = 0;
    for (Map.Entry<String, Example> row : ROWS.entrySet()) {
      assertThat(trained(mask(name, key, value), row.getValue()))
          .as(row.getKey())
          .isEqualTo(expected.get(at));
      at++;
    }
  }
}
