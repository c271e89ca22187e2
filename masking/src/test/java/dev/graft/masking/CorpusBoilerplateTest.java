package dev.graft.masking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.masking.ConstantText.Literal;
import dev.graft.masking.ConstantText.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constant text is found without a template: the rows here are prompts and completions. */
class CorpusBoilerplateTest {
  private static final String WITHOUT_INPUT =
      "Below is an instruction that describes a task. Write a response that appropriately"
          + " completes the request.\n\n### Instruction:\n";
  private static final String WITH_INPUT =
      "Below is an instruction that describes a task, paired with an input that provides further"
          + " context. Write a response that appropriately completes the request.\n\n"
          + "### Instruction:\n";
  private static final String INPUT = "\n\n### Input:\n";
  private static final String RESPONSE = "\n\n### Response:\n";
  private static final List<String> WORDS =
      List.of(
          "the",
          "a",
          "of",
          "river",
          "write",
          "Name",
          "three",
          "what",
          "is",
          "poem",
          "données",
          "漢字",
          "story",
          "1.",
          "list,",
          "\"quoted\"",
          "(why)",
          "sum",
          "sort",
          "explain",
          "🙂",
          "note:");

  private static MaskingStrategy mask(double minShare) {
    return new BoilerplateProvider()
        .create(new BoilerplateConfig(Detect.CORPUS, minShare, EndOfTurn.ALL));
  }

  /** What a user writes: words in any order, of one or two lines. */
  private static String own(Random random) {
    StringBuilder out = new StringBuilder();
    int n = 2 + random.nextInt(15);
    for (int i = 0; i < n; i++) {
      out.append(i == 0 ? "" : random.nextInt(8) == 0 ? "\n" : " ");
      out.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return out.append(List.of(".", "?", "", "!\n").get(random.nextInt(4))).toString();
  }

  /** A prompt whose pieces by turns are constant and the user's own, from a constant one on. */
  private record Row(List<String> pieces, String response) {
    String prompt() {
      return String.join("", pieces);
    }

    TokenizedExample example() {
      return new Pieces()
          .add(Role.INSTRUCTION, prompt())
          .add(Role.RESPONSE, response)
          .end("$")
          .example();
    }

    /** 0 on the constant pieces, 1 on the others and on the response. */
    float[] expected() {
      Pieces all = new Pieces();
      float[] weights = new float[pieces.size() + 2];
      for (int i = 0; i < pieces.size(); i++) {
        all.add(Role.INSTRUCTION, pieces.get(i));
        weights[i] = i % 2;
      }
      all.add(Role.RESPONSE, response).end("$");
      weights[pieces.size()] = 1;
      weights[pieces.size() + 1] = 1;
      return all.expected(weights);
    }
  }

  private static Row alpaca(Random random) {
    String instruction = own(random);
    List<String> pieces =
        random.nextInt(5) < 2
            ? List.of(WITH_INPUT, instruction, INPUT, own(random), RESPONSE)
            : List.of(WITHOUT_INPUT, instruction, RESPONSE);
    return new Row(pieces, own(random));
  }

  private static List<Row> rows(int n, long seed, Function<Random, Row> make) {
    Random random = new Random(seed);
    return IntStream.range(0, n).mapToObj(i -> make.apply(random)).toList();
  }

  private static MaskingStrategy prepared(List<Row> rows, double minShare) {
    MaskingStrategy mask = mask(minShare);
    mask.prepare(rows.stream().map(Row::example).toList());
    return mask;
  }

  private static List<Literal> find(List<String> prompts, double minShare) {
    ConstantText.Search search = new ConstantText.Search();
    prompts.forEach(search::add);
    return search.find(minShare).literals();
  }

  private static List<String> texts(List<Literal> found, Place place) {
    return found.stream().filter(l -> l.place() == place).map(Literal::text).toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void findsAlpacasBoilerplateInBothVariants(long seed) {
    List<Row> rows = rows(500, seed, CorpusBoilerplateTest::alpaca);
    MaskingStrategy mask = prepared(rows, 0.1);
    for (Row row : rows) {
      assertThat(mask.mask(row.example(), 1)).as(row.prompt()).containsExactly(row.expected());
    }
    List<Literal> found = find(rows.stream().map(Row::prompt).toList(), 0.1);
    assertThat(texts(found, Place.START)).containsExactlyInAnyOrder(WITHOUT_INPUT, WITH_INPUT);
    assertThat(texts(found, Place.LINE)).containsExactly(INPUT);
    assertThat(texts(found, Place.END)).containsExactly(RESPONSE);
  }

  @Test
  void whatWasFoundIsToldToTheManifest() {
    List<Row> rows = rows(200, 4, CorpusBoilerplateTest::alpaca);
    Map<String, Object> findings = prepared(rows, 0.1).findings();
    assertThat(findings).containsEntry("prompts", 200).containsEntry("examined", 200);
    assertThat(String.valueOf(findings.get("constant_text")))
        .contains("place=start, text=" + WITH_INPUT)
        .contains("place=start, text=" + WITHOUT_INPUT)
        .contains("place=line, text=" + INPUT)
        .contains("place=end, text=" + RESPONSE + ", share=1.0");
  }

  /** Two templates that have nothing in common, of which one is rare. */
  @Test
  void everyTemplateOfAMixtureIsFound() {
    List<Row> rows =
        rows(
            300,
            5,
            r ->
                r.nextInt(5) == 0
                    ? new Row(List.of("Q: ", own(r), "\nA:"), own(r))
                    : new Row(List.of("A chat. ### Human: ", own(r), "\n### Assistant:"), own(r)));
    MaskingStrategy mask = prepared(rows, 0.5);
    Row common = rows.stream().filter(r -> r.prompt().startsWith("A chat")).findFirst().get();
    Row rare = rows.stream().filter(r -> r.prompt().startsWith("Q")).findFirst().get();
    assertThat(mask.mask(common.example(), 1)).containsExactly(common.expected());
    Row own = new Row(List.of("", rare.prompt()), rare.response());
    assertThat(mask.mask(rare.example(), 1)).as("below the share").containsExactly(own.expected());
    // Of the shorter template both texts have one letter, which is little for so few rows.
    List<Literal> found = find(rows.stream().map(Row::prompt).toList(), 0.1);
    assertThat(texts(found, Place.START)).contains("A chat. ### Human: ");
    List<Row> even =
        rows(
            200,
            6,
            r ->
                r.nextBoolean()
                    ? new Row(List.of("Q: ", own(r), "\nA:"), own(r))
                    : new Row(List.of("[INST] ", own(r), " [/INST]"), own(r)));
    MaskingStrategy both = prepared(even, 0.1);
    for (Row row : even) {
      assertThat(both.mask(row.example(), 1)).as(row.prompt()).containsExactly(row.expected());
    }
  }

  @Test
  void aTemplateMayBeAnArrow() {
    List<Row> rows = rows(100, 16, r -> new Row(List.of("", own(r), " ->"), own(r)));
    MaskingStrategy mask = prepared(rows, 0.1);
    for (Row row : rows) {
      assertThat(mask.mask(row.example(), 1)).as(row.prompt()).containsExactly(row.expected());
    }
  }

  @Test
  void promptsWithoutATemplateStayTrained() {
    List<Row> rows = rows(400, 7, r -> new Row(List.of("", own(r)), own(r)));
    MaskingStrategy mask = prepared(rows, 0.1);
    assertThat(find(rows.stream().map(Row::prompt).toList(), 0.1)).isEmpty();
    for (Row row : rows.subList(0, 50)) {
      assertThat(mask.mask(row.example(), 1)).containsExactly(row.expected());
    }
  }

  /** A user's sentence that 5 % of the prompts begin with, and the same one in 15 %. */
  @Test
  void repeatedTextOfTheUserStaysTrainedBelowTheShare() {
    for (int everySo : List.of(20, 7)) {
      List<Row> rows = new ArrayList<>();
      Random random = new Random(8);
      for (int i = 0; i < 400; i++) {
        String repeated = i % everySo == 0 ? "Translate the following. " : "";
        rows.add(new Row(List.of("Task: ", repeated + own(random), "\nAnswer:"), own(random)));
      }
      MaskingStrategy mask = prepared(rows, 0.1);
      float[] weights = mask.mask(rows.get(0).example(), 1);
      int first = "Task: ".length();
      assertThat(weights[first]).as("every %d rows", everySo).isEqualTo(everySo == 20 ? 1 : 0);
      assertThat(mask.mask(rows.get(1).example(), 1)).containsExactly(rows.get(1).expected());
    }
  }

  /** Constant words within responses are the model's to learn, and no part of any prompt. */
  @Test
  void responsesAreNeverBoilerplate() {
    List<Row> rows =
        rows(
            100,
            9,
            r ->
                new Row(
                    List.of("### Instruction:\n", own(r), RESPONSE),
                    "### Instruction:\nSure! Here it is:\n\n### Response:\n" + own(r)));
    MaskingStrategy mask = prepared(rows, 0.1);
    for (Row row : rows) {
      assertThat(mask.mask(row.example(), 1)).containsExactly(row.expected());
    }
  }

  /** The user quotes the template: only the template's own is constant. */
  @Test
  void theTemplatesTextWithinTheUsersOwnStaysTrained() {
    List<Row> rows = new ArrayList<>(rows(200, 10, CorpusBoilerplateTest::alpaca));
    Row quoting =
        new Row(
            List.of(
                WITH_INPUT,
                "What is " + WITHOUT_INPUT + "and" + RESPONSE + "for?",
                INPUT,
                "x" + INPUT + "y",
                RESPONSE),
            "z");
    rows.add(quoting);
    assertThat(prepared(rows, 0.1).mask(quoting.example(), 1)).containsExactly(quoting.expected());
  }

  @Test
  void everyTurnOfAConversationHasAPrompt() {
    List<TokenizedExample> corpus = new ArrayList<>();
    Random random = new Random(11);
    Pieces last = new Pieces();
    for (int i = 0; i < 60; i++) {
      last =
          new Pieces()
              .add(Role.SPECIAL, "<s>")
              .add(Role.SYSTEM, "You are a helpful assistant.\n")
              .add(Role.INSTRUCTION, "User: ")
              .add(Role.INSTRUCTION, own(random))
              .add(Role.INSTRUCTION, "\nBot: ")
              .add(Role.RESPONSE, own(random))
              .end("</s>")
              .add(Role.TEMPLATE, "\n")
              .add(Role.INSTRUCTION, "User: ")
              .add(Role.INSTRUCTION, own(random))
              .add(Role.INSTRUCTION, "\nBot: ")
              .add(Role.RESPONSE, own(random))
              .end("</s>")
              .add(Role.INSTRUCTION, "thanks");
      corpus.add(last.example());
    }
    MaskingStrategy mask = mask(0.1);
    mask.prepare(corpus);
    assertThat(mask.mask(last.example(), 1))
        .containsExactly(last.expected(0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1));
    assertThat(mask.findings()).containsEntry("prompts", 120);
  }

  @Test
  void fewPromptsTellNothing() {
    assertThat(find(List.of("Say: a", "Say: b"), 0.1)).isEmpty();
    assertThat(find(List.of(), 0.1)).isEmpty();
    MaskingStrategy mask = mask(0.1);
    mask.prepare(List.of());
    assertThat(mask.findings()).containsEntry("prompts", 0);
  }

  @Test
  void theOrderOfRowsDoesNotMatter() {
    List<String> prompts =
        new ArrayList<>(
            rows(300, 12, CorpusBoilerplateTest::alpaca).stream().map(Row::prompt).toList());
    List<Literal> found = find(prompts, 0.05);
    Collections.shuffle(prompts, new Random(13));
    assertThat(find(prompts, 0.05)).isEqualTo(found);
  }

  /** More prompts than are kept, and prompts longer than what is kept of one. */
  @Test
  void aSampleOfALargeCorpusIsEnough() {
    ConstantText.Search search = new ConstantText.Search();
    Random random = new Random(14);
    String page = "word ".repeat(2000);
    for (int i = 0; i < 3 * ConstantText.SAMPLE; i++) {
      search.add("Sum up the page.\n" + i + page + own(random) + "\n\nSummary: ");
    }
    ConstantText found = search.find(0.1);
    assertThat(found.prompts()).isEqualTo(3 * ConstantText.SAMPLE);
    assertThat(texts(found.literals(), Place.START)).containsExactly("Sum up the page.\n");
    assertThat(texts(found.literals(), Place.END)).containsExactly("\n\nSummary: ");
    assertThat(texts(found.literals(), Place.LINE)).isEmpty();
  }

  /** A token over constant and own text goes by most of its characters. */
  @Test
  void aTokenOverTheEdgeGoesByMostOfIt() {
    List<Row> rows = rows(50, 15, r -> new Row(List.of("Task: ", own(r), "\nAnswer:"), own(r)));
    MaskingStrategy mask = prepared(rows, 0.1);
    String text = "Task: xyz\nAnswer:!";
    int[] ends = {4, 7, 12, 17, 18};
    List<TokenizedExample.Token> tokens = new ArrayList<>();
    for (int i = 0, start = 0; i < ends.length; start = ends[i++]) {
      Role role = i == ends.length - 1 ? Role.RESPONSE : Role.INSTRUCTION;
      tokens.add(new TokenizedExample.Token(i, start, ends[i], role, 0, false));
    }
    // "Task", ": x" of which two are constant, "yz\nAn" of which three are, "swer:", "!"
    assertThat(mask.mask(new TokenizedExample(text, tokens), 1)).containsExactly(0, 0, 0, 0, 1);
  }
}
