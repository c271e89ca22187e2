package dev.graft.cli;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.Nearest;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option that takes one of a few words, in kebab-case. */
final class Choice<E extends Enum<E>> implements ITypeConverter<E> {
  private final Map<String, E> words = new LinkedHashMap<>();

  Choice(Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      words.put(ConfigBinder.word(constant), constant);
    }
  }

  @Override
  public E convert(String given) {
    E value = words.get(given);
    if (value == null) {
      throw new TypeConversionException(
          "unknown value '" + given + "'. " + Nearest.hint(given, words.keySet()));
    }
    return value;
  }
}
