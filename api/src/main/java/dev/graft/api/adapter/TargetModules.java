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
 * that match others besides may be left out ({@link #excluding}), and a list may be held to some
 * blocks ({@link #inLayers}).
 */
public final class TargetModules {
  private static final String ALL_LINEAR = "all-linear";

  private final Object source;
  private final List<String> names;
  private final Pattern pattern;
  private final @Nullable TargetModules excluded;
  private final List<Integer> layers;

  private TargetModules(
      Object source,
      List<String> names,
      Pattern pattern,
      @Nullable TargetModules excluded,
      List<Integer> layers) {
    this.source = source;
    this.names = names;
    this.pattern = pattern;
    this.excluded = excluded;
    this.layers = layers;
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
      return new TargetModules(names, names, Pattern.compile(""), null, List.of());
    }
    if (value instanceof String s && !s.isBlank()) {
      try {
        return new TargetModules(s, List.of(), Pattern.compile(s), null, List.of());
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
    return new TargetModules(source, names, pattern, others, layers);
  }

  /**
   * These in some blocks only, as PEFT's {@code layers_to_transform}: an entry that is the end of a
   * name then chooses only modules of these blocks; one that is a whole name still chooses its
   * module.
   *
   * @param blocks their indices, from 0; none for no such limit
   * @throws GraftException {@code config.value} when an index is negative, or when these are no
   *     list of names, as in PEFT
   */
  public TargetModules inLayers(List<Integer> blocks) {
    if (blocks.isEmpty()) {
      return new TargetModules(source, names, pattern, excluded, List.of());
    }
    if (names.isEmpty()) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected target_modules as a list of module names beside layers_to_transform, received '"
              + source
              + "'; list the names, or let a regular expression choose the layers");
    }
    if (blocks.stream().anyMatch(b -> b < 0)) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected indices of blocks, from 0, for layers_to_transform, received " + blocks);
    }
    return new TargetModules(source, names, pattern, excluded, List.copyOf(blocks));
  }

  /** The only blocks in which names choose modules; empty for all. */
  public List<Integer> layers() {
    return layers;
  }

  /** These in some blocks only, without those that others match; both may be absent. */
  public TargetModules narrowed(Optional<TargetModules> without, List<Integer> layers) {
    TargetModules within = inLayers(layers);
    return without.map(within::excluding).orElse(within);
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
      boolean here = layers.isEmpty() || layers.contains(site.layer());
      return names.stream()
          .anyMatch(n -> here ? matchesName(site.name(), n) : site.name().equals(n));
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

  /** The value as written in a recipe, a string or a list of strings; without what is left out. */
  public Object toConfig() {
    return source;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TargetModules t
        && t.source.equals(source)
        && Objects.equals(t.excluded, excluded)
        && t.layers.equals(layers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(source, excluded, layers);
  }

  @Override
  public String toString() {
    return source
        + (layers.isEmpty() ? "" : " in layers " + layers)
        + (excluded == null ? "" : " without " + excluded);
  }
}
