package dev.graft.training.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Compares with what Jinja2 made of the same templates and data. */
final class JinjaOracleTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static InputStream resource(String name) {
    InputStream in = JinjaOracleTest.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException("no resource " + name);
    }
    return in;
  }

  private static JsonNode json(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return JSON.readTree(in);
    }
  }

  private static Map<?, ?> map(JsonNode node) {
    return JSON.convertValue(node, Map.class);
  }

  /** The rendering, or what kind of refusal it was. */
  private static String outcome(String name, String template, JsonNode context) {
    @SuppressWarnings("unchecked") // JSON's keys are texts
    Map<String, Object> values = (Map<String, Object>) map(context);
    try {
      return "=" + Template.parse(name, template).render(values);
    } catch (JinjaException e) {
      return e.raised() ? "raised " + e.problem() : "error";
    } catch (GraftException e) {
      return "error";
    }
  }

  private static String expected(JsonNode c) {
    if (c.has("expected")) {
      return "=" + c.get("expected").asText();
    }
    return c.path("raised").asBoolean()
        ? "raised " + c.get("error").asText().replaceFirst("^TemplateError: ", "")
        : c.path("raised").isTextual() ? "raised " + c.get("raised").asText() : "error";
  }

  @Test
  void smallTemplatesRenderAsJinjaDoes() throws IOException {
    JsonNode all = json("expected.json");
    List<String> different = new ArrayList<>();
    for (JsonNode c : all.get("cases")) {
      String template = c.get("template").asText();
      String ours = outcome("small", template, all.get("context"));
      if (!ours.equals(expected(c))) {
        different.add(template + "\n   is " + ours + "\n   not " + expected(c));
      }
    }
    assertThat(all.get("cases").size()).isGreaterThan(500);
    assertThat(different).isEmpty();
  }

  @Test
  void whatIsNoTemplateIsRefusedWhenItIsRead() throws IOException {
    for (JsonNode bad : json("expected.json").get("bad")) {
      assertThatThrownBy(() -> Template.parse("bad.jinja", bad.asText()))
          .as(bad.asText())
          .isInstanceOf(GraftException.class)
          .hasMessageContaining("line 1 of the chat template 'bad.jinja'");
    }
  }

  @Test
  void familiesRenderAsJinjaDoes() throws IOException {
    List<String> different = new ArrayList<>();
    Set<String> families = new TreeSet<>();
    for (JsonNode c : json("families.json")) {
      String family = c.get("family").asText();
      families.add(family);
      String template;
      try (InputStream in = resource(family + ".jinja")) {
        template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      String ours = outcome(family, template, c.get("context"));
      if (!ours.equals(expected(c))) {
        different.add(
            family + ": " + c.get("name") + "\n   is " + ours + "\n   not " + expected(c));
      }
    }
    assertThat(families)
        .containsExactly("chatml", "gemma-3", "llama-3", "mistral", "qwen-2", "qwen-3", "smollm2");
    assertThat(different).isEmpty();
  }
}
