package dev.graft.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Mark;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Weights that were written down by hand, for every mask on every form of data. */
class MasksTest {
  /** Two turns; the user's text holds the template's own markers. */
  private static final Pieces CHAT =
      new Pieces()
          .add(Role.SPECIAL, "<s>")
          .add(Role.SPECIAL, "<|system|>\n")
          .add(Role.SYSTEM, "Be kind.")
          .add(Role.TEMPLATE, "\n")
          .add(Role.SPECIAL, "<|user|>\n")
          .add(Role.INSTRUCTION, " Grüße <|assistant|>\n🙂</s>")
          .add(Role.SPECIAL, "<|assistant|>\n")
          .add(Role.RESPONSE, "  Hallo e\u0301 漢字 👩‍👩‍👧")
          .end("</s>")
          .add(Role.SPECIAL, "<|user|>\n")
          .add(Role.INSTRUCTION, "more")
          .add(Role.SPECIAL, "<|assistant|>\n")
          .add(Role.RESPONSE, "no")
          .end("</s>");

  /** No system message, an empty answer, and a question that is not answered. */
  private static final Pieces OPEN =
      new Pieces()
          .add(Role.SPECIAL, "<|user|>\n")
          .add(Role.INSTRUCTION, "?")
          .add(Role.SPECIAL, "<|assistant|>\n")
          .end("</s>")
          .add(Role.SPECIAL, "<|user|>\n")
          .add(Role.INSTRUCTION, "??");

  private static final Pieces ALPACA =
      new Pieces()
          .add(Role.TEMPLATE, "Below is.\n\n### Instruction:\n")
          .add(Role.INSTRUCTION, "Sum up.")
          .add(Role.TEMPLATE, "\n\n### Input:\n")
          .add(Role.INPUT, "### Response:\nx")
          .add(Role.TEMPLATE, "\n\n### Response:\n")
          .add(Role.RESPONSE, "x")
          .end("$");

  private static final Pieces ALPACA_WITHOUT_INPUT =
      new Pieces()
          .add(Role.TEMPLATE, "Below is.\n\n### Instruction:\n")
          .add(Role.INSTRUCTION, "Name one.")
          .add(Role.TEMPLATE, "\n\n### Response:\n")
          .add(Role.RESPONSE, "One.")
          .end("$");

  private static final Pieces PROMPT_COMPLETION =
      new Pieces().add(Role.INSTRUCTION, "2+2=").add(Role.RESPONSE, " 4").end("$");

  private static final Pieces TEXT = new Pieces().add(Role.RESPONSE, "A page.").end("$");

  private static final Map<String, Pieces> FORMS = new LinkedHashMap<>();

  static {
    FORMS.put("chat", CHAT);
    FORMS.put("open", OPEN);
    FORMS.put("alpaca", ALPACA);
    FORMS.put("alpaca without input", ALPACA_WITHOUT_INPUT);
    FORMS.put("prompt-completion", PROMPT_COMPLETION);
    FORMS.put("text", TEXT);
  }

  private static final float P = 0.1f;

  /** The weights of a mask, form by form in the order above. */
  private record Row(String mask, Map<String, Object> options, List<List<Float>> weights) {}

  private static Row row(String mask, Map<String, Object> options, float[]... weights) {
    List<List<Float>> all = new ArrayList<>();
    for (float[] w : weights) {
      List<Float> one = new ArrayList<>();
      for (float f : w) {
        one.add(f);
      }
      all.add(one);
    }
    return new Row(mask, options, all);
  }

  private static float[] w(float... weights) {
    return weights;
  }

  private static final List<Row> TABLE =
      List.of(
          row(
              "none",
              Map.of(),
              w(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1),
              w(1, 1, 1),
              w(1, 1)),
          row(
              "special-tokens",
              Map.of(),
              w(0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1),
              w(0, 1, 0, 1, 0, 1),
              w(1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1),
              w(1, 1, 1),
              w(1, 1)),
          row(
              "special-tokens",
              Map.of("eot", "last"),
              w(0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1),
              w(0, 1, 0, 1, 0, 1),
              w(1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1),
              w(1, 1, 1),
              w(1, 1)),
          row(
              "special-tokens",
              Map.of("eot", "none"),
              w(0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0),
              w(0, 1, 0, 0, 0, 1),
              w(1, 1, 1, 1, 1, 1, 0),
              w(1, 1, 1, 1, 0),
              w(1, 1, 0),
              w(1, 0)),
          row(
              "special-tokens",
              Map.of("variant", "authors-code"),
              w(0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
              w(0, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1),
              w(1, 1, 1),
              w(1, 1)),
          row(
              "response-only",
              Map.of(),
              w(0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 0, 0),
              w(0, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 1),
              w(0, 1, 1),
              w(1, 1)),
          row(
              "response-only",
              Map.of("eot", "last"),
              w(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 0, 0),
              w(0, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 1),
              w(0, 1, 1),
              w(1, 1)),
          row(
              "response-only",
              Map.of("eot", "none"),
              w(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
              w(0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0, 1, 0),
              w(0, 0, 0, 1, 0),
              w(0, 1, 0),
              w(1, 0)),
          row(
              "boilerplate",
              Map.of(),
              w(0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1),
              w(0, 1, 0, 1, 0, 1),
              w(0, 1, 0, 1, 0, 1, 1),
              w(0, 1, 0, 1, 1),
              w(1, 1, 1),
              w(1, 1)),
          // Without a corpus nothing is found, and system messages are not known to be constant.
          row(
              "boilerplate",
              Map.of("detect", "corpus", "eot", "none"),
              w(0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0),
              w(0, 1, 0, 0, 0, 1),
              w(0, 1, 0, 1, 0, 1, 0),
              w(0, 1, 0, 1, 0),
              w(1, 1, 0),
              w(1, 0)),
          row(
              "weighted",
              Map.of(),
              w(0, 0, P, 0, 0, P, 0, 1, 1, 0, P, 0, 1, 1),
              w(0, P, 0, 1, 0, P),
              w(0, P, 0, P, 0, 1, 1),
              w(0, P, 0, 1, 1),
              w(P, 1, 1),
              w(1, 1)),
          row(
              "weighted",
              Map.of(
                  "system",
                  0.25,
                  "instruction",
                  0.5,
                  "input",
                  0,
                  "template",
                  0.75,
                  "special",
                  1,
                  "response",
                  0.5,
                  "eot",
                  "last"),
              w(1, 1, 0.25f, 0.75f, 1, 0.5f, 1, 0.5f, 0, 1, 0.5f, 1, 0.5f, 0.5f),
              w(1, 0.5f, 1, 0.5f, 1, 0.5f),
              w(0.75f, 0.5f, 0.75f, 0, 0.75f, 0.5f, 0.5f),
              w(0.75f, 0.5f, 0.75f, 0.5f, 0.5f),
              w(0.5f, 0.5f, 0.5f),
              w(0.5f, 0.5f)),
          row(
              "last-turn",
              Map.of(),
              w(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 0, 0),
              w(0, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 1),
              w(0, 1, 1),
              w(1, 1)),
          row(
              "last-turn",
              Map.of("eot", "none"),
              w(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),
              w(0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0, 1, 0),
              w(0, 0, 0, 1, 0),
              w(0, 1, 0),
              w(1, 0)),
          // What the data marks is below; here it marks nothing.
          row(
              "spans",
              Map.of(),
              w(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0),
              w(0, 0, 0),
              w(0, 0)),
          row(
              "spans",
              Map.of("unmarked", "response", "eot", "last"),
              w(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 0, 0, 0),
              w(0, 0, 0, 0, 0, 1, 1),
              w(0, 0, 0, 1, 1),
              w(0, 1, 1),
              w(1, 1)),
          row(
              "spans",
              Map.of("unmarked", "train"),
              w(0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1),
              w(0, 1, 0, 0, 0, 1),
              w(1, 1, 1, 1, 1, 1, 1),
              w(1, 1, 1, 1, 1),
              w(1, 1, 1),
              w(1, 1)));

  private static MaskingStrategy mask(String name, Map<String, Object> options) {
    for (MaskingProvider<?> provider : ServiceLoader.load(MaskingProvider.class)) {
      if (provider.name().equals(name)) {
        return create(provider, options);
      }
    }
    throw new AssertionError("no mask '" + name + "' was found");
  }

  private static <C extends Record> MaskingStrategy create(
      MaskingProvider<C> provider, Map<String, Object> options) {
    return provider.create(ConfigBinder.bind(options, provider.configType(), "masking"));
  }

  private static float[] floats(List<Float> weights) {
    float[] out = new float[weights.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = weights.get(i);
    }
    return out;
  }

  @TestFactory
  Stream<DynamicTest> weightsAreAsWrittenDown() {
    List<DynamicTest> out = new ArrayList<>();
    for (Row row : TABLE) {
      List<String> forms = List.copyOf(FORMS.keySet());
      assertThat(row.weights()).hasSameSizeAs(forms);
      for (int f = 0; f < forms.size(); f++) {
        Pieces pieces = FORMS.getOrDefault(forms.get(f), TEXT);
        float[] expected = pieces.expected(floats(row.weights().get(f)));
        out.add(
            DynamicTest.dynamicTest(
                row.mask() + " " + row.options() + " on " + forms.get(f),
                () ->
                    assertThat(mask(row.mask(), row.options()).mask(pieces.example(), 1))
                        .containsExactly(expected)));
      }
    }
    return out.stream();
  }

  @Test
  void everyMaskIsInTheTable() {
    List<String> names = new ArrayList<>();
    ServiceLoader.load(MaskingProvider.class).forEach(p -> names.add(p.name()));
    assertThat(TABLE.stream().map(Row::mask).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(names);
  }

  /** A marked prompt, a skipped turn, a turn marked in part, and one that is not marked. */
  @Test
  void spansFollowTheData() {
    Pieces marked =
        new Pieces()
            .add(Role.SPECIAL, "^")
            .add(Role.INSTRUCTION, "learn me", Mark.TRAIN)
            .add(Role.RESPONSE, "wrong", Mark.SKIP)
            .end("$", Mark.SKIP)
            .add(Role.INSTRUCTION, "?")
            .add(Role.RESPONSE, "thoughts ", Mark.SKIP)
            .add(Role.RESPONSE, "answer", Mark.TRAIN)
            .end("$")
            .add(Role.INSTRUCTION, "?")
            .add(Role.RESPONSE, "more")
            .end("$");
    TokenizedExample example = marked.example();
    assertThat(mask("spans", Map.of()).mask(example, 1))
        .containsExactly(marked.expected(0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0));
    assertThat(mask("spans", Map.of("unmarked", "response")).mask(example, 1))
        .containsExactly(marked.expected(0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1));
    assertThat(mask("spans", Map.of("unmarked", "train", "eot", "last")).mask(example, 1))
        .containsExactly(marked.expected(0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1));
    // Other masks look at roles alone.
    assertThat(mask("response-only", Map.of()).mask(example, 1))
        .containsExactly(marked.expected(0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1));
  }

  /** The marker with which the authors' code does not begin a text. */
  @Test
  void theAuthorsCodeLeavesTheAssistantsMarker() {
    Pieces pieces =
        new Pieces()
            .add(Role.SPECIAL, "^")
            .add(Role.SPECIAL, "<|assistant|>\n")
            .add(Role.RESPONSE, "Hi")
            .end("$");
    MaskingStrategy mask = mask("special-tokens", Map.of("variant", "authors-code"));
    assertThat(mask.mask(pieces.example(), 1)).containsExactly(pieces.expected(0, 1, 1, 1));
  }

  @Test
  void leavingOutEndsOfTurnsIsSaid() {
    for (String name :
        List.of(
            "special-tokens", "response-only", "boilerplate", "weighted", "last-turn", "spans")) {
      assertThat(mask(name, Map.of("eot", "none")).leavesOutEndOfTurn()).as(name).isTrue();
      assertThat(mask(name, Map.of()).leavesOutEndOfTurn()).as(name).isFalse();
    }
    MaskingStrategy corpus = mask("boilerplate", Map.of("detect", "corpus", "eot", "none"));
    assertThat(corpus.leavesOutEndOfTurn()).isTrue();
  }

  @Test
  void anEmptyExampleHasNoWeights() {
    TokenizedExample example = new TokenizedExample("", List.of());
    for (Row row : TABLE) {
      assertThat(mask(row.mask(), row.options()).mask(example, 1)).isEmpty();
    }
  }

  private static void refused(
      String mask, Map<String, Object> options, ErrorCode code, String part) {
    assertThatThrownBy(() -> mask(mask, options))
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  @Test
  void badOptionsAreRefused() {
    refused("response-only", Map.of("weight", 1), ErrorCode.CONFIG_UNKNOWN_KEY, "masking.weight");
    refused("none", Map.of("eot", "all"), ErrorCode.CONFIG_UNKNOWN_KEY, "masking.eot");
    refused("weighted", Map.of("template", 1.5), ErrorCode.CONFIG_VALUE, "from 0 to 1");
    refused("weighted", Map.of("response", -0.1), ErrorCode.CONFIG_VALUE, "'response'");
    refused("boilerplate", Map.of("min_share", 0), ErrorCode.CONFIG_VALUE, "min_share");
    refused("boilerplate", Map.of("detect", "guess"), ErrorCode.CONFIG_VALUE, "corpus");
    refused("special-tokens", Map.of("variant", "code"), ErrorCode.CONFIG_VALUE, "authors-code");
    refused("last-turn", Map.of("eot", "some"), ErrorCode.CONFIG_VALUE, "last");
  }
}
