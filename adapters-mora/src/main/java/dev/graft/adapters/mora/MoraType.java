package dev.graft.adapters.mora;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.ArrayList;
import java.util.List;

/**
 * How the input is compressed to the side of M, and its output decompressed. The numbers are those
 * of the authors' code.
 */
public enum MoraType {
  /** Elements a side apart share a row of M, on both ends (arXiv 2405.12130, eq. 6). */
  SHARING_STRIDED(1),
  /** Neighbours share a row of M, on both ends. */
  SHARING_GROUPED(2),
  /** Neighbours of the input share; the output is strided. */
  SHARING_GROUPED_STRIDED(3),
  /** Strided on the input; neighbours of the output share. */
  SHARING_STRIDED_GROUPED(4),
  /** Every block of the input is rotated by its own angles and multiplied by M (eq. 9). */
  ROTATION(6);

  private final int number;

  MoraType(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  boolean groupsInput() {
    return this == SHARING_GROUPED || this == SHARING_GROUPED_STRIDED;
  }

  boolean groupsOutput() {
    return this == SHARING_GROUPED || this == SHARING_STRIDED_GROUPED;
  }

  /**
   * The type after a merge in the midst of training: sharing goes on with other groups, 1 → 2 → 3 →
   * 4 → 1 (ReMoRA), rotation as it is.
   */
  MoraType next() {
    return switch (this) {
      case SHARING_STRIDED -> SHARING_GROUPED;
      case SHARING_GROUPED -> SHARING_GROUPED_STRIDED;
      case SHARING_GROUPED_STRIDED -> SHARING_STRIDED_GROUPED;
      case SHARING_STRIDED_GROUPED -> SHARING_STRIDED;
      case ROTATION -> ROTATION;
    };
  }

  /** Reads a name in kebab-case, or a number. */
  public static MoraType fromConfig(Object value) {
    List<String> names = new ArrayList<>();
    for (MoraType type : values()) {
      if (List.of(String.valueOf(type.number), ConfigBinder.word(type))
          .contains(value.toString())) {
        return type;
      }
      names.add(ConfigBinder.word(type));
    }
    throw new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected the type of MoRA by name or as one of the numbers 1, 2, 3, 4 and 6, received '"
            + value
            + "'. "
            + Nearest.hint(value.toString(), names));
  }
}
