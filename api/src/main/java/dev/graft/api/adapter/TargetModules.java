package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which sites an adapter changes, with PEFT's meaning: the word {@code all-linear} (every linear
 * site, not the head), a list of module names (a site matches when its name equals an entry or ends
 * with a dot and the entry), or a regular expression that must match the whole site name. Sites
 * that match others besides may be left out ({@link #excluding}).
 */
public final class TargetModules {
  private static final String ALL_LINEAR = "all-linear";

  private final Object source;
  private final List<String> names;
  private final Pattern pattern;
  private final @Nullable TargetModules excluded;

  private TargetModules(
      Object source, List<String> names, Pattern pattern, @Nullable TargetModules excluded) {
    this.source = source;
    this.names = names;
    this.pattern = pattern;
    this.excluded = excluded;
  }

  public static TargetModules allLinear() {
    return fromConfig(ALL_LINEAR);
  }

  public static TargetModules of(String... names) {
    return fromConfig(List.of(names));
  }

  /** Reads a recipe's value: a string or a list of strings. */
  public static TargetModules fromConfig(Object value) {
    if (value instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(v -> v instanceof String)) {
      List<String> names = list.stream().map(v -> (String) v).toList();
      return new TargetModules(names, names, Pattern.compile(""), null);
    }
    if (value instanceof String s && !s.isBlank()) {
      try {
        return new TargetModules(s, List.of(), Pattern.compile(s), null);
      } catch (PatternSyntaxException e) {
        throw new GraftException(
            ErrorCode.CONFIG_VALUE,
            "expected a regular expression for target_modules, received '"
                + s
                + "': "
                + e.getDescription(),
            e);
      }
    }
    throw new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected target_modules as a list of module names, a regular expression or '"
            + ALL_LINEAR
            + "', received "
            + value);
  }

  /** These without those that others match, as PEFT's {@code exclude_modules}. */
  public TargetModules excluding(TargetModules others) {
    return new TargetModules(source, names, pattern, others);
  }

  /** Which sites are left out although they match. */
  public Optional<TargetModules> excluded() {
    return Optional.ofNullable(excluded);
  }

  /** Whether a site is chosen. */
  public boolean matches(Site site) {
    return includes(site) && (excluded == null || !excluded.matches(site));
  }

  private boolean includes(Site site) {
    if (ALL_LINEAR.equals(source)) {
      return site.kind() == SiteKind.LINEAR;
    }
    if (!names.isEmpty()) {
      return names.stream().anyMatch(n -> matchesName(site.name(), n));
    }
    return pattern.matcher(site.name()).matches();
  }

  /** Whether a list's entry chooses a module: the full name, or its end after a dot. */
  public static boolean matchesName(String module, String entry) {
    return module.equals(entry) || module.endsWith("." + entry);
  }

  /** The listed names; empty for a regular expression or {@code all-linear}. */
  public List<String> names() {
    return names;
  }

  /** The value as written in a recipe, a string or a list of strings; without what is excluded. */
  public Object toConfig() {
    return source;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TargetModules t
        && t.source.equals(source)
        && Objects.equals(t.excluded, excluded);
  }

  @Override
  public int hashCode() {
    return Objects.hash(source, excluded);
  }

  @Override
  public String toString() {
    return excluded == null ? source.toString() : source + " without " + excluded;
  }
}
