package dev.graft.experiments.study;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts values in the place of {@code ${name}}. */
record Variables(Map<String, String> values) {
  private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z0-9_-]+)}");

  /** The same map with values in all of its texts. */
  Map<String, Object> in(Map<?, ?> map) {
    Map<String, Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), in(v)));
    return out;
  }

  private Object in(Object value) {
    if (value instanceof Map<?, ?> m) {
      return in(m);
    }
    if (value instanceof List<?> l) {
      return l.stream().map(this::in).toList();
    }
    return value instanceof String s ? in(s) : value;
  }

  private String in(String text) {
    Matcher m = NAME.matcher(text);
    StringBuilder out = new StringBuilder();
    while (m.find()) {
      String value = values.get(m.group(1));
      if (value == null) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE,
            "expected a variable of the study, one of "
                + values.keySet()
                + ", received '"
                + m.group()
                + "' in '"
                + text
                + "'");
      }
      m.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return m.appendTail(out).toString();
  }
}
