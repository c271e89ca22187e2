package dev.graft.training.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.tokenizer.ChatSettings;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Example;
import dev.graft.training.data.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What role every character of a conversation has, by template and form of the data. */
class ChatTemplateTest {
  private static final String TWO_TURNS =
      """
      {"messages": [{"role": "system", "content": "Be brief."},
       {"role": "user", "content": " e\u0301 漢<|im_end|>?"}, {"role": "assistant", "content": "👩‍👩‍👧"},
       {"role": "user", "content": "More"}, {"role": "assistant", "content": "No.<|im_end|>x"}]}
      """;

  @TempDir private Path folder;

  private static String messages(String template, String row) {
    return ChatTemplates.roles(
        ChatTemplates.read(ChatTemplates.of(template), DatasetType.MESSAGES, row));
  }

  private static void refuses(
      String template, DatasetType type, String row, ErrorCode code, String... parts) {
    assertThatThrownBy(() -> ChatTemplates.read(ChatTemplates.of(template), type, row))
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining("data.jsonl, row 3 (line 3)")
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "chatml ! x[<|im_start|>system⏎]s[Be brief.]x[<|im_end|>⏎<|im_start|>user⏎]i[ é 漢<|im_end|>?]"
            + "x[<|im_end|>⏎<|im_start|>assistant⏎]r[👩‍👩‍👧]e[<|im_end|>]x[⏎<|im_start|>user⏎]i[More]"
            + "x[<|im_end|>⏎<|im_start|>assistant⏎]r[No.<|im_end|>x]e[<|im_end|>]x[⏎]",
        "default-system ! x[<|im_start|>system⏎]s[Be brief.]x[<|im_end|>⏎<|im_start|>user⏎]"
            + "i[ é 漢<|im_end|>?]x[<|im_end|>⏎<|im_start|>assistant⏎]r[👩‍👩‍👧]e[<|im_end|>]"
            + "x[⏎<|im_start|>user⏎]i[More]x[<|im_end|>⏎<|im_start|>assistant⏎]r[No.<|im_end|>x]"
            + "e[<|im_end|>]x[⏎]",
        "llama-3 ! x[<s><|start_header_id|>system<|end_header_id|>⏎⏎]s[Be brief.]"
            + "x[<|eot_id|><|start_header_id|>user<|end_header_id|>⏎⏎]i[é 漢<|im_end|>?]"
            + "x[<|eot_id|><|start_header_id|>assistant<|end_header_id|>⏎⏎]r[👩‍👩‍👧]e[<|eot_id|>]"
            + "x[<|start_header_id|>user<|end_header_id|>⏎⏎]i[More]"
            + "x[<|eot_id|><|start_header_id|>assistant<|end_header_id|>⏎⏎]r[No.<|im_end|>x]"
            + "e[<|eot_id|>]",
        "gemma ! x[<s><start_of_turn>user⏎]s[Be brief.]t[⏎⏎]i[é 漢<|im_end|>?]"
            + "x[<end_of_turn>⏎<start_of_turn>model⏎]r[👩‍👩‍👧]e[<end_of_turn>]"
            + "x[⏎<start_of_turn>user⏎]i[More]x[<end_of_turn>⏎<start_of_turn>model⏎]"
            + "r[No.<|im_end|>x]e[<end_of_turn>]x[⏎]",
        "mistral ! x[<s>[INST] ]s[Be brief.]x[[/INST][INST] ]i[ é 漢<|im_end|>?]x[[/INST]]"
            + "r[ 👩‍👩‍👧]e[</s>]x[[INST] ]i[More]x[[/INST]]r[ No.<|im_end|>x]e[</s>]",
      })
  void everyCharacterHasTheRoleOfItsSource(String template, String expected) {
    String composed = expected.replace("é", "e\u0301");
    assertThat(messages(template, TWO_TURNS)).isEqualTo(composed);
  }

  @Test
  void aDefaultSystemPromptAndTheDayAreConstantText() {
    String row =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", "
            + "\"content\": \"\"}]}";
    assertThat(messages("default-system", row))
        .isEqualTo(
            "x[<|im_start|>system⏎]t[You are kind.]x[<|im_end|>⏎<|im_start|>user⏎]i[a]"
                + "x[<|im_end|>⏎<|im_start|>assistant⏎]e[<|im_end|>]x[⏎]");
    ChatTemplate dated = ChatTemplates.of("llama-3", LocalDate.of(2024, 7, 6));
    assertThat(ChatTemplates.roles(ChatTemplates.read(dated, DatasetType.MESSAGES, row)))
        .startsWith(
            "x[<s><|start_header_id|>system<|end_header_id|>⏎⏎]t[Today Date: 06 Jul 2024]"
                + "x[<|eot_id|>");
    assertThat(messages("chatml", row.replace("[{", "[{\"role\":\"system\",\"content\":\"\"},{")))
        .startsWith("x[<|im_start|>system⏎<|im_end|>⏎<|im_start|>user⏎]i[a]");
  }

  /** What the template writes within the assistant's turn is the model's to write. */
  @Test
  void toolCallsAreTheAssistantsAndToolsAndResultsAreNot() {
    String row =
        """
        {"tools": "[{\\"name\\": \\"add\\"}]", "messages": [{"role": "user", "content": "1+1?"},
         {"role": "assistant", "content": null, "tool_calls": [{"type": "function",
          "function": {"name": "add", "arguments": "{\\"a\\": 1}"}}]},
         {"role": "tool", "name": "add", "content": "2"}, {"role": "assistant", "content": "2."}]}
        """;
    assertThat(messages("tools", row))
        .isEqualTo(
            "x[<|im_start|>system⏎]t[# Tools⏎]s[{\"name\": \"add\"}]t[⏎]"
                + "x[<|im_end|>⏎<|im_start|>user⏎]i[1+1?]x[<|im_end|>⏎<|im_start|>assistant⏎]"
                + "r[<tool_call>⏎{\"name\": \"add\", \"arguments\": {\"a\": 1}}⏎</tool_call>]"
                + "e[<|im_end|>]x[⏎<|im_start|>tool⏎]n[2]x[<|im_end|>⏎<|im_start|>assistant⏎]"
                + "r[2.]e[<|im_end|>]x[⏎]");
    String shareGpt =
        """
        {"tools": [{"name": "add"}], "conversations": [{"from": "human", "value": "1+1?"},
         {"from": "function_call", "value": "{\\"name\\": \\"add\\", \\"arguments\\": {\\"a\\": 1}}"},
         {"from": "observation", "value": "2"}, {"from": "gpt", "value": "2."}]}
        """;
    ChatTemplate tools = ChatTemplates.of("tools");
    assertThat(ChatTemplates.roles(ChatTemplates.read(tools, DatasetType.SHAREGPT, shareGpt)))
        .isEqualTo(messages("tools", row));
  }

  @Test
  void thoughtsOfTheLastTurnAloneBelongToIt() {
    String row =
        """
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
         {"role": "user", "content": "c"},
         {"role": "assistant", "content": "d", "reasoning_content": "Hm."}]}
        """;
    assertThat(messages("thinking", row))
        .isEqualTo(
            "x[<|im_start|>user⏎]i[a]x[<|im_end|>⏎<|im_start|>assistant⏎]r[b]e[<|im_end|>]"
                + "x[⏎<|im_start|>user⏎]i[c]x[<|im_end|>⏎<|im_start|>assistant⏎]"
                + "r[<think>⏎Hm.⏎</think>⏎⏎d]e[<|im_end|>]x[⏎]");
  }

  @Test
  void marksAreTheMessagesAndItsSpans() {
    String row =
        """
        {"messages": [{"role": "user", "content": "😀ab", "spans": [[1, 2]]},
         {"role": "assistant", "content": "no", "weight": 0}, {"role": "user", "content": "c"},
         {"role": "assistant", "content": "yes", "train": true}, {"role": "user", "content": "d"},
         {"role": "assistant", "content": "so so", "spans": [[0, 2]]}]}
        """;
    assertThat(messages("chatml", row))
        .isEqualTo(
            "x[<|im_start|>user⏎]i[😀]+i[a]i[b]x[<|im_end|>⏎<|im_start|>assistant⏎]"
                + "-r[no]-e[<|im_end|>]x[⏎<|im_start|>user⏎]i[c]"
                + "x[<|im_end|>⏎<|im_start|>assistant⏎]+r[yes]+e[<|im_end|>]"
                + "x[⏎<|im_start|>user⏎]i[d]x[<|im_end|>⏎<|im_start|>assistant⏎]"
                + "+r[so]r[ so]e[<|im_end|>]x[⏎]");
  }

  @Test
  void turnsAreCountedAndWhatLeadsToOneBelongsToIt() {
    ChatTemplate chatml = ChatTemplates.of("chatml");
    Example e = ChatTemplates.read(chatml, DatasetType.MESSAGES, TWO_TURNS);
    List<Segment> all = e.rendering().segments();
    assertThat(all.stream().filter(Segment::endOfTurn).map(Segment::turn)).containsExactly(0, 1);
    Segment more = all.stream().filter(s -> s.text().equals("More")).findFirst().orElseThrow();
    assertThat(more.turn()).isEqualTo(1);
    assertThat(e.prompt().text()).endsWith("More<|im_end|>\n<|im_start|>assistant\n");
    assertThat(e.rendering().text()).startsWith(e.prompt().text());
    assertThat(e.rendering().complete()).isTrue();
  }

  @Test
  void partsOfTextAndRowsThatAreNoConversations() {
    String parts =
        """
        {"messages": [{"role": "user", "content": "q"},
         {"role": "assistant", "content": "a"}]}
        """;
    ChatTemplate chatml = ChatTemplates.of("chatml");
    String expected =
        "x[<|im_start|>user⏎]i[q]x[<|im_end|>⏎<|im_start|>assistant⏎]r[a]e[<|im_end|>]x[⏎]";
    assertThat(messages("chatml", parts)).isEqualTo(expected);
    assertThat(
            ChatTemplates.roles(
                ChatTemplates.read(
                    chatml,
                    DatasetType.PROMPT_COMPLETION,
                    "{\"prompt\": \"q\", \"completion\": \"a\"}")))
        .isEqualTo(expected);
    assertThat(
            ChatTemplates.roles(
                ChatTemplates.read(
                    chatml,
                    DatasetType.ALPACA,
                    "{\"instruction\": \"q\", \"input\": \"w\", \"output\": \"a\"}")))
        .isEqualTo(expected.replace("i[q]", "i[q]t[⏎⏎]n[w]"));
    ChatSettings settings =
        new ChatSettings(
            Path.of("model"),
            Map.of(
                "default",
                "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}"
                    + "{% if m.role == 'assistant' %}</s>{% endif %}{% endfor %}"),
            Map.of("eos_token", "</s>"),
            Set.of("</s>"));
    assertThat(
            ChatTemplates.roles(
                ChatTemplates.read(
                    ChatTemplate.of(settings, Optional.empty(), Optional.empty()),
                    DatasetType.MESSAGES,
                    """
                    {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]},
                     {"role": "assistant", "content": [{"type": "text", "text": "a"},
                      {"type": "text", "text": "b"}]}]}
                    """)))
        .isEqualTo("i[q]r[ab]e[</s>]");
  }

  /** A model trained on it would be given other text in use. */
  @Test
  void refusesATemplateWhosePromptIsNoPrefix() {
    String row = TWO_TURNS;
    refuses(
        "unfaithful",
        DatasetType.MESSAGES,
        row,
        ErrorCode.CHAT_TEMPLATE,
        "message 3",
        "'<think>'",
        "set chat_template");
  }

  @Test
  void refusesATemplateThatEndsNoTurn() {
    for (String row :
        List.of(
            TWO_TURNS, TWO_TURNS.replace(", \"content\": \"No.", ", \"x\": 1, \"content\": \""))) {
      refuses(
          "endless",
          DatasetType.MESSAGES,
          row,
          ErrorCode.CHAT_TEMPLATE,
          "message 3",
          "{{ eos_token }}");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "{\"conversation\": []} ! 'messages'",
        "{\"messages\": {}} ! received object",
        "{\"messages\": []} ! received none",
        "{\"messages\": [1]} ! messages[0], received number",
        "{\"messages\": [{\"content\": \"a\"}]} ! 'role', who says the message",
        "{\"messages\": [{\"role\": \"asistant\", \"content\": \"a\"}]} ! Did you mean 'assistant'?",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]} ! expected a message of the assistant",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": 1}]} ! messages[0].content, received number",
        "{\"messages\": [{\"role\": \"assistant\"}]} ! and no tool_calls",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"image_url\"}]}]} ! only text",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\\ud83d\"}]} ! half of a surrogate pair",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"weight\": 2}]} ! expected 0 or 1",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"train\": 1}]} ! true or false",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"train\": true, \"weight\": 0}]} ! remove one",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"spans\": [[0, 2]]}]} ! received [0,2]",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"tool_calls\": 1}]} ! expected a list",
        "{\"tools\": {}, \"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]} ! list of tools",
      })
  void refusesRowsThatAreNoConversation(String row, String part) {
    refuses("chatml", DatasetType.MESSAGES, row, ErrorCode.DATA_MALFORMED, part);
  }

  @Test
  void saysWhatTheTemplateRefuses() {
    refuses(
        "gemma",
        DatasetType.MESSAGES,
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}",
        ErrorCode.DATA_MALFORMED,
        "the chat template refuses the messages",
        "Roles must alternate");
    refuses(
        "chatml",
        DatasetType.SHAREGPT,
        "{\"conversations\": [{\"from\": \"function_call\", \"value\": \"add\"}]}",
        ErrorCode.DATA_MALFORMED,
        "received 'add'");
  }

  @Test
  void comesFromTheRecipeOrTheModel() throws IOException {
    Path file = Files.writeString(folder.resolve("my.jinja"), "{{ messages }}");
    ChatSettings settings = ChatTemplates.settings("chatml");
    ChatTemplate written =
        ChatTemplate.of(settings, Optional.of(file.toString()), Optional.empty());
    assertThat(written.source()).isEqualTo(file.toString());
    ChatTemplate inline =
        ChatTemplate.of(settings, Optional.of("{{ messages }}"), Optional.empty());
    assertThat(inline.sha256()).isEqualTo(written.sha256()).hasSize(64);
    assertThat(ChatTemplates.of("chatml").sha256()).isNotEqualTo(written.sha256());
    assertThatThrownBy(
            () -> ChatTemplate.of(settings, Optional.of("no/where.jinja"), Optional.empty()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING));
    ChatSettings none = new ChatSettings(Path.of("model"), Map.of("rag", "x"), Map.of(), Set.of());
    assertThatThrownBy(() -> ChatTemplate.of(none, Optional.empty(), Optional.empty()))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHAT_TEMPLATE))
        .hasMessageContainingAll("model", "[rag]", "set chat_template");
  }
}
