package dev.graft.training.jinja;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.HashMap;
import java.util.Map;

/** A chat template that was read; it can render any number of conversations, also at once. */
public final class Template {
  private final String name;
  private final Stmt body;

  private Template(String name, Stmt body) {
    this.name = name;
    this.body = body;
  }

  /**
   * Reads a template, with the settings that Hugging Face gives it ({@code trim_blocks}, {@code
   * lstrip_blocks}, {@code break} and {@code continue}, {@code generation}).
   *
   * @param name what messages call it, for example its file
   * @param source the template's text
   * @throws GraftException where it is not a template, or uses what is not supported; the message
   *     names it and its line
   */
  public static Template parse(String name, String source) {
    try {
      return new Template(name, Parser.parse(source));
    } catch (JinjaException e) {
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          e.in(name).getMessage()
              + "; correct that line, or write the template with the statements, filters and tests"
              + " that are supported.",
          e);
    } catch (StackOverflowError e) {
      throw new GraftException(
          ErrorCode.FILE_MALFORMED,
          "expected brackets and blocks that are not too deep, received the chat template '"
              + name
              + "'; write it with fewer of them in each other.",
          e);
    }
  }

  /**
   * Renders.
   *
   * @param context the names that the template can use: {@link Text} (a text with its source),
   *     {@code String}, {@code Boolean}, {@code Integer}, {@code Long}, {@code BigInteger}, {@code
   *     Float}, {@code Double}, null (none), lists and mappings of these, {@link Sourced}. A name
   *     that is not a key is undefined. A {@code LocalDate}, under {@code strftime_now}, is the day
   *     that the function of this name writes; without it that function is undefined.
   * @throws JinjaException where it fails on the data, or refuses it by {@code raise_exception}
   */
  public Text render(Map<String, ?> context) {
    Map<String, Object> names = new HashMap<>(Globals.all());
    context.forEach((k, v) -> names.put(k, Values.of(v, Text.TEMPLATE)));
    Text.Builder out = new Text.Builder();
    try {
      body.run(new Frame(null, names), out);
    } catch (JinjaException e) {
      throw e.in(name);
    } catch (StackOverflowError e) {
      throw new JinjaException("expected macros that do not call each other without an end")
          .in(name);
    }
    return out.build();
  }
}
