package dev.graft.api.config;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Binds maps, as read from YAML or JSON, to configuration records. Keys are component names in
 * snake_case ({@link Key} overrides); unknown keys are refused with the nearest known one. An
 * absent key takes its {@link Default}; without one, an {@link Optional} is empty, a list or map is
 * empty, and anything else is an error.
 *
 * <p>Components may be numbers, booleans, strings, enums (kebab-case), records, lists, maps with
 * string keys, {@code Optional}s of these, and classes with a public static {@code
 * fromConfig(Object)}, which an enum may have too, to take other spellings than its words.
 */
public final class ConfigBinder {
  private ConfigBinder() {}

  /**
   * Binds a block.
   *
   * @param path where the block stands in the recipe, for error messages; may be empty
   */
  public static <R extends Record> R bind(Map<String, ?> block, Class<R> type, String path) {
    RecordComponent[] components = type.getRecordComponents();
    List<String> known = Arrays.stream(components).map(ConfigBinder::key).toList();
    for (String k : block.keySet()) {
      if (!known.contains(k)) {
        throw new GraftException(
            ErrorCode.CONFIG_UNKNOWN_KEY,
            "unknown key '" + join(path, k) + "' in the recipe. " + Nearest.hint(k, known));
      }
    }
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String at = join(path, known.get(i));
      values[i] = value(block.get(known.get(i)), components[i], at);
    }
    return construct(type, components, values, path);
  }

  /**
   * The block that {@link #bind} makes the same record from, with every default filled in; empty
   * optionals are left out. Classes with a {@code fromConfig} need a {@code toConfig()}.
   */
  public static Map<String, Object> toMap(Record config) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (RecordComponent c : config.getClass().getRecordComponents()) {
      Object v = toValue(call(c.getAccessor(), config));
      if (v != null) {
        out.put(key(c), v);
      }
    }
    return out;
  }

  private static @Nullable Object toValue(Object v) {
    if (v instanceof Optional<?> o) {
      return o.isPresent() ? toValue(o.get()) : null;
    }
    if (v instanceof List<?> list) {
      List<Object> out = new ArrayList<>();
      for (Object element : list) {
        out.add(toValue(element));
      }
      return out;
    }
    if (v instanceof Map<?, ?> m) {
      Map<String, Object> out = new LinkedHashMap<>();
      m.forEach((k, x) -> out.put(String.valueOf(k), toValue(x)));
      return out;
    }
    if (v instanceof Enum<?> e) {
      return word(e);
    }
    if (v instanceof Number || v instanceof Boolean || v instanceof String) {
      return v;
    }
    if (factory(v.getClass()).isEmpty() && v instanceof Record r) {
      return toMap(r);
    }
    try {
      return toValue(call(v.getClass().getMethod("toConfig"), v));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("expected toConfig() in " + v.getClass(), e);
    }
  }

  private static Object call(Method getter, Object target) {
    try {
      getter.setAccessible(true);
      return getter.invoke(target);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How a recipe writes an enum constant: in kebab-case. */
  public static String word(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a record's keys are, with their types, defaults and docs, in order. */
  public static List<KeyInfo> describe(Class<? extends Record> type) {
    List<KeyInfo> out = new ArrayList<>();
    for (RecordComponent c : type.getRecordComponents()) {
      Default d = c.getAnnotation(Default.class);
      Doc doc = c.getAnnotation(Doc.class);
      out.add(
          new KeyInfo(
              key(c),
              typeName(c.getGenericType()),
              d != null ? d.value() : optional(c.getType()) ? "" : "required",
              doc == null ? "" : doc.value()));
    }
    return out;
  }

  /**
   * A key of a block.
   *
   * @param defaultValue the default as written in a recipe, empty when the key may be left out, or
   *     {@code required}
   */
  public record KeyInfo(String key, String type, String defaultValue, String doc) {}

  private static boolean optional(Class<?> c) {
    return c == Optional.class || c == List.class || c == Map.class;
  }

  private static String key(RecordComponent c) {
    Key k = c.getAnnotation(Key.class);
    return k != null ? k.value() : snake(c.getName());
  }

  static String snake(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static Object value(@Nullable Object given, RecordComponent c, String at) {
    Object v = given;
    if (v == null) {
      Default d = c.getAnnotation(Default.class);
      if (d == null && optional(c.getType())) {
        return c.getType() == Optional.class
            ? Optional.empty()
            : c.getType() == List.class ? List.of() : Map.of();
      }
      if (d == null) {
        throw new GraftException(
            ErrorCode.CONFIG_MISSING_KEY,
            "expected a value of type "
                + typeName(c.getGenericType())
                + " for '"
                + at
                + "', received none; add the key to the recipe");
      }
      v = written(d.value(), c.getType());
    }
    return convert(v, c.getGenericType(), at);
  }

  /** A default in the notation of a recipe: {@code [a, b]} is a list, except where a string is. */
  private static Object written(String v, Class<?> type) {
    if (type == String.class || !v.startsWith("[") || !v.endsWith("]")) {
      return v;
    }
    String inner = v.substring(1, v.length() - 1).strip();
    return inner.isEmpty() ? List.of() : List.of(inner.split("\\s*,\\s*", -1));
  }

  private static Object convert(Object v, Type type, String at) {
    if (type instanceof ParameterizedType p) {
      return convertGeneric(v, p, at);
    }
    Class<?> c = (Class<?>) type;
    if (c == String.class) {
      if (v instanceof String || v instanceof Number || v instanceof Boolean) {
        return v.toString();
      }
    } else if (c == int.class || c == Integer.class) {
      Optional<Double> n = number(v);
      if (n.isPresent()
          && n.get() == Math.rint(n.get())
          && Math.abs(n.get()) <= Integer.MAX_VALUE) {
        return n.get().intValue();
      }
    } else if (c == long.class || c == Long.class) {
      try {
        return v instanceof Long || v instanceof Integer
            ? (Object) ((Number) v).longValue()
            : Long.parseLong(v.toString());
      } catch (NumberFormatException e) {
        throw mismatch(v, type, at);
      }
    } else if (c == double.class || c == Double.class) {
      Optional<Double> n = number(v);
      if (n.isPresent() && Double.isFinite(n.get())) {
        return n.get();
      }
    } else if (c == boolean.class || c == Boolean.class) {
      if (v instanceof Boolean || v.equals("true") || v.equals("false")) {
        return Boolean.parseBoolean(v.toString());
      }
    } else if (c == Object.class) {
      return v;
    } else if (c.isEnum() && factory(c).isEmpty()) {
      return convertEnum(v, c, at);
    } else if (c.isRecord() && v instanceof Map<?, ?> m) {
      return bind(stringKeys(m), c.asSubclass(Record.class), at);
    } else {
      Optional<Method> factory = factory(c);
      if (factory.isPresent()) {
        return invoke(factory.get(), v, at);
      }
    }
    throw mismatch(v, type, at);
  }

  private static Object convertGeneric(Object v, ParameterizedType p, String at) {
    Type[] arguments = p.getActualTypeArguments();
    if (p.getRawType() == Optional.class) {
      return Optional.of(convert(v, arguments[0], at));
    }
    if (p.getRawType() == List.class && v instanceof List<?> list) {
      List<Object> out = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        Object element = list.get(i);
        if (element == null) {
          throw mismatch("nothing", arguments[0], at + "[" + i + "]");
        }
        out.add(convert(element, arguments[0], at + "[" + i + "]"));
      }
      return List.copyOf(out);
    }
    if (p.getRawType() == Map.class && v instanceof Map<?, ?> m) {
      Map<String, Object> out = new LinkedHashMap<>();
      stringKeys(m).forEach((k, x) -> out.put(k, convert(x, arguments[1], join(at, k))));
      return java.util.Collections.unmodifiableMap(out);
    }
    throw mismatch(v, p, at);
  }

  private static Map<String, Object> stringKeys(Map<?, ?> m) {
    Map<String, Object> out = new LinkedHashMap<>();
    m.forEach(
        (k, x) -> {
          if (x != null) {
            out.put(String.valueOf(k), x);
          }
        });
    return out;
  }

  private static Optional<Double> number(Object v) {
    if (v instanceof Number n) {
      return Optional.of(n.doubleValue());
    }
    try {
      return v instanceof String s ? Optional.of(Double.parseDouble(s)) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Object convertEnum(Object v, Class<?> c, String at) {
    List<String> names = new ArrayList<>();
    for (Object constant : c.getEnumConstants()) {
      String n = word((Enum<?>) constant);
      if (n.equals(v.toString())) {
        return constant;
      }
      names.add(n);
    }
    throw new GraftException(
        ErrorCode.CONFIG_VALUE,
        "unknown value '" + v + "' for '" + at + "'. " + Nearest.hint(v.toString(), names));
  }

  private static Optional<Method> factory(Class<?> c) {
    return Arrays.stream(c.getMethods())
        .filter(m -> m.getName().equals("fromConfig") && Modifier.isStatic(m.getModifiers()))
        .findFirst();
  }

  private static Object invoke(Method factory, Object v, String at) {
    try {
      return factory.invoke(null, v);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      throw located(e, at);
    }
  }

  private static <R extends Record> R construct(
      Class<R> type, RecordComponent[] components, Object[] values, String path) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw located(e, path);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot construct " + type, e);
    }
  }

  /** What a constructor refused, with its place in the recipe. */
  private static GraftException located(InvocationTargetException e, String at) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    ErrorCode code = cause instanceof GraftException g ? g.code() : ErrorCode.CONFIG_VALUE;
    String where = at.isEmpty() ? "" : "in '" + at + "': ";
    return new GraftException(code, where + cause.getMessage(), cause);
  }

  private static GraftException mismatch(Object v, Type type, String at) {
    return new GraftException(
        ErrorCode.CONFIG_TYPE,
        "expected a value of type " + typeName(type) + " for '" + at + "', received '" + v + "'");
  }

  private static String typeName(Type type) {
    if (type instanceof ParameterizedType p) {
      Type[] a = p.getActualTypeArguments();
      if (p.getRawType() == Optional.class) {
        return typeName(a[0]);
      }
      return p.getRawType() == List.class
          ? "list of " + typeName(a[0])
          : "map of " + typeName(a[a.length - 1]);
    }
    Class<?> c = (Class<?>) type;
    if (c.isEnum()) {
      return String.join(
          " | ", Arrays.stream(c.getEnumConstants()).map(x -> word((Enum<?>) x)).toList());
    }
    return c.isRecord() ? "block" : snake(c.getSimpleName()).replace('_', ' ');
  }
}
