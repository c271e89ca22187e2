package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.models.files.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTemplateTest {
  private static Example read(String template, String row) throws IOException {
    Fields fields = new Fields(Json.mapper().readTree(row), new Origin("data.json", 2, 2));
    return PromptTemplate.of(template).read(fields);
  }

  @Test
  void fieldsHaveTheirRolesAndLiteralTextIsTheTemplates() throws IOException {
    Example e =
        read(
            "{system}{{Q}}: {question:instruction}\n{input}A: {answer:response}",
            """
            {"system": "s", "question": "{answer}", "input": "", "answer": " 👍", "id": 1}
            """);
    assertThat(e.rendering().segments())
        .containsExactly(
            Segment.text("s", Role.SYSTEM, 0),
            Segment.text("{Q}: ", Role.TEMPLATE, 0),
            Segment.text("{answer}", Role.INSTRUCTION, 0),
            Segment.text("\n", Role.TEMPLATE, 0),
            Segment.text("", Role.INPUT, 0),
            Segment.text("A: ", Role.TEMPLATE, 0),
            Segment.text(" 👍", Role.RESPONSE, 0),
            Segment.endOfText(0));
    assertThat(e.prompt().text()).isEqualTo("s{Q}: {answer}\nA: ");
    assertThat(e.rendering().complete()).isFalse();
    assertThatThrownBy(() -> read("{instruction}{output}", "{\"instruction\": \"a\"}"))
        .hasMessageContainingAll("data.json, row 2", "'output'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{instruction ! every '{'",
        "in} {output} ! before every '}'",
        "{} {output} ! name of a field",
        "{question} {output} ! a role for the field 'question'",
        "{question:instrction} {output} ! Did you mean 'instruction'?",
        "{instruction} ! at the very end",
        "{output} {instruction} ! at the very end",
        "{output}. ! at the very end",
        "{output}{response} ! at the very end",
      })
  void refusesWhatIsNoTemplate(String template, String part) {
    assertThatThrownBy(() -> PromptTemplate.of(template))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE))
        .hasMessageContainingAll(part, template);
  }
}
