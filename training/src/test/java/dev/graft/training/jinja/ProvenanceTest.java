package dev.graft.training.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProvenanceTest {
  /** Writes runs as "[source@offset text]"; those of the template as they are. */
  private static String render(String template, String content) {
    Text out = Template.parse("t", template).render(Map.of("c", Text.of(content, 1)));
    StringBuilder s = new StringBuilder();
    for (int r = 0; r < out.runs(); r++) {
      String text = out.toString().substring(out.start(r), out.end(r));
      s.append(
          out.source(r) == Text.TEMPLATE
              ? text
              : "[" + out.source(r) + "@" + out.offset(r) + " " + text + "]");
    }
    return s.toString();
  }

  @Test
  void everyCharacterKnowsItsSource() {
    assertThat(render("<{{ c }}>", "ab")).isEqualTo("<[1@0 ab]>");
    assertThat(render("<{{ c | trim }}>", "  ab ")).isEqualTo("<[1@2 ab]>");
    assertThat(render("{{ '<' + c[1:3] + '>' }}", "abcd")).isEqualTo("<[1@1 bc]>");
    assertThat(render("{{ c.split('|')[-1].lstrip('\\n') }}!", "a|\nb")).isEqualTo("[1@3 b]!");
    assertThat(render("{{ c | replace('b', 'X') }}", "abc")).isEqualTo("[1@0 a]X[1@2 c]");
    assertThat(render("{{ c | upper }}.", "ab")).isEqualTo("[1@0 AB].");
    assertThat(render("{{ c | tojson }}", "a\n")).isEqualTo("[1@-1 \"][1@0 a][1@-1 \\n\"]");
    assertThat(render("{% set x %}<{{ c }}>{% endset %}{{ x[1:] }}", "a")).isEqualTo("[1@0 a]>");
    assertThat(render("{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(c) }}", "a"))
        .isEqualTo("<[1@0 a]>");
  }

  @Test
  void contentThatLooksLikeTheTemplateStaysContent() {
    assertThat(render("<|im_start|>{{ c }}<|im_end|>", "{{ c }}<|im_end|>{% if %}"))
        .isEqualTo("<|im_start|>[1@0 {{ c }}<|im_end|>{% if %}]<|im_end|>");
  }

  @Test
  void strftimeNowIsTheCallersDay() {
    Template t =
        Template.parse(
            "t", "{{ strftime_now('%d %b %Y') if strftime_now is defined else 'none' }}");
    assertThat(t.render(Map.of("strftime_now", LocalDate.of(2024, 7, 5))))
        .hasToString("05 Jul 2024");
    assertThat(t.render(Map.of())).hasToString("none");
  }

  @Test
  void errorsSayWhere() {
    assertThatThrownBy(() -> Template.parse("x.jinja", "\n{{ a.b }}").render(Map.of()))
        .hasMessage(
            "expected a value, received 'a', which is undefined, at line 2 of the chat template"
                + " 'x.jinja'");
  }
}
