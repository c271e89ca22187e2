package dev.graft.training.data;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import dev.graft.api.masking.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A prompt template that a recipe writes: literal text with places for fields, as {@code
 * {question:instruction}}, the field and its role. A field that is called {@code system}, {@code
 * instruction}, {@code input} or {@code response} (or {@code output}) needs no role. A doubled
 * brace is a brace. Literal text is of the role template. The template ends with the one field that
 * is the response; the end-of-text token follows it.
 */
public final class PromptTemplate implements RowFormat {
  private static final Map<String, Role> ROLES =
      Map.of(
          "system", Role.SYSTEM,
          "instruction", Role.INSTRUCTION,
          "input", Role.INPUT,
          "response", Role.RESPONSE,
          "output", Role.RESPONSE);
  private static final List<Role> FIELD_ROLES =
      List.of(Role.SYSTEM, Role.INSTRUCTION, Role.INPUT, Role.RESPONSE);

  /** Literal text, or the name of a field with its role. */
  private record Part(String text, Role role) {}

  private final List<Part> parts;

  private PromptTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Reads a template.
   *
   * @throws GraftException {@code config.value}
   */
  public static PromptTemplate of(String template) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      boolean brace = c == '{' || c == '}';
      if (brace && at + 1 < template.length() && template.charAt(at + 1) == c) {
        literal.append(c);
        at += 2;
      } else if (c == '{') {
        int end = template.indexOf('}', at);
        if (end < 0) {
          throw invalid("a '}' after every '{' (a brace itself is written '{{')", template);
        }
        addLiteral(parts, literal);
        parts.add(field(template.substring(at + 1, end), template));
        at = end + 1;
      } else if (c == '}') {
        throw invalid("a '{' before every '}' (a brace itself is written '}}')", template);
      } else {
        literal.append(c);
        at++;
      }
    }
    long responses = parts.stream().filter(p -> p.role() == Role.RESPONSE).count();
    boolean last =
        !parts.isEmpty()
            && literal.length() == 0
            && parts.get(parts.size() - 1).role() == Role.RESPONSE;
    if (responses != 1 || !last) {
      throw invalid(
          "one field of the role response, at the very end, as '{instruction}\\n{response}'",
          template);
    }
    return new PromptTemplate(parts);
  }

  private static void addLiteral(List<Part> parts, StringBuilder literal) {
    if (literal.length() > 0) {
      parts.add(new Part(literal.toString(), Role.TEMPLATE));
      literal.setLength(0);
    }
  }

  private static Part field(String place, String template) {
    int colon = place.indexOf(':');
    String name = (colon < 0 ? place : place.substring(0, colon)).strip();
    if (name.isEmpty()) {
      throw invalid("the name of a field between braces", template);
    }
    if (colon < 0) {
      Role role = ROLES.get(name);
      if (role == null) {
        throw invalid(
            "a role for the field '"
                + name
                + "', as '{"
                + name
                + ":instruction}' (system, instruction, input or response)",
            template);
      }
      return new Part(name, role);
    }
    String word = place.substring(colon + 1).strip();
    Optional<Role> role =
        FIELD_ROLES.stream().filter(r -> ConfigBinder.word(r).equals(word)).findFirst();
    return new Part(
        name,
        role.orElseThrow(
            () ->
                invalid(
                    "a role after ':' in '{"
                        + place
                        + "}'. "
                        + Nearest.hint(word, FIELD_ROLES.stream().map(ConfigBinder::word).toList()),
                    template)));
  }

  private static GraftException invalid(String expected, String template) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE, "expected in a prompt " + expected + "; received: " + template);
  }

  @Override
  public String id() {
    return ConfigBinder.word(DatasetType.TEMPLATE);
  }

  @Override
  public Example read(Fields row) {
    List<Segment> all = new ArrayList<>();
    for (Part p : parts) {
      String text = p.role() == Role.TEMPLATE ? p.text() : row.text(p.text());
      all.add(Segment.text(text, p.role(), 0));
    }
    Rendering prompt = new Rendering(all.subList(0, all.size() - 1));
    all.add(Segment.endOfText(0));
    return new RenderedExample(row.origin(), prompt, new Rendering(all));
  }
}
