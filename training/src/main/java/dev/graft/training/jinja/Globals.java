package dev.graft.training.jinja;

import java.time.LocalDate;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions of every template. */
final class Globals {
  private static final int LONGEST_RANGE = 100_000;

  private Globals() {}

  static Map<String, Object> all() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("range", (Callable) Globals::range);
    out.put("namespace", (Callable) a -> new Namespace(named(a)));
    out.put("dict", (Callable) a -> new Dict(named(a), Text.TEMPLATE));
    out.put(
        "raise_exception",
        (Callable)
            a -> {
              Object message = a.only("message").required(0, "message");
              throw JinjaException.raise(Output.str(message).toString());
            });
    for (String name : List.of("cycler", "joiner", "lipsum")) {
      out.put(
          name,
          (Callable)
              a -> {
                throw new JinjaException(
                    "expected a function that is supported, received '" + name + "'");
              });
    }
    return out;
  }

  private static Map<String, Object> named(Args a) {
    Map<String, Object> out = new LinkedHashMap<>();
    if (a.positional().size() > 1) {
      throw new JinjaException("expected at most one argument without a name of " + a.callee());
    }
    for (Object from : a.positional()) {
      if (!(from instanceof Dict d)) {
        throw new JinjaException("expected a dict as the argument of " + a.callee());
      }
      out.putAll(d.entries());
    }
    out.putAll(a.named());
    return out;
  }

  private static Object range(Args a) {
    a.only("start", "stop", "step");
    int given = a.positional().size();
    long start = given > 1 ? Ops.integer(a.required(0, "start")) : 0;
    long stop = Ops.integer(a.required(given > 1 ? 1 : 0, "stop"));
    long step = given > 2 ? Ops.integer(a.required(2, "step")) : 1;
    if (step == 0) {
      throw new JinjaException("expected a step other than 0 of range");
    }
    List<Object> out = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (out.size() == LONGEST_RANGE) {
        throw new JinjaException("expected a range of at most " + LONGEST_RANGE + " numbers");
      }
      out.add(i);
    }
    return out;
  }

  /** Writes a day as Python's strftime does, in English. */
  static Callable dateWriter(LocalDate day) {
    return a -> {
      if (!(a.only("format").required(0, "format") instanceof Text format)) {
        throw new JinjaException("expected a text as the format of strftime_now");
      }
      String f = format.toString();
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < f.length(); i++) {
        char c = f.charAt(i);
        if (c != '%' || i + 1 == f.length()) {
          out.append(c);
          continue;
        }
        boolean bare = f.charAt(i + 1) == '-' && i + 2 < f.length();
        i += bare ? 2 : 1;
        out.append(field(day, f.charAt(i), bare));
      }
      return Text.literal(out.toString());
    };
  }

  private static String field(LocalDate day, char name, boolean bare) {
    String two = bare ? "%d" : "%02d";
    switch (name) {
      case 'd' -> {
        return String.format(two, day.getDayOfMonth());
      }
      case 'm' -> {
        return String.format(two, day.getMonthValue());
      }
      case 'y' -> {
        return String.format(two, day.getYear() % 100);
      }
      case 'j' -> {
        return String.format(bare ? "%d" : "%03d", day.getDayOfYear());
      }
      case 'Y' -> {
        return String.valueOf(day.getYear());
      }
      case 'F' -> {
        return day.toString();
      }
      case 'b' -> {
        return day.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
      }
      case 'B' -> {
        return day.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
      }
      case 'a' -> {
        return day.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
      }
      case 'A' -> {
        return day.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
      }
      case '%' -> {
        return "%";
      }
      default -> {
        throw new JinjaException(
            "expected a format of strftime_now of days, months and years, received '%"
                + name
                + "'");
      }
    }
  }
}
