package dev.graft.api;

/**
 * The version of the interfaces that plugins implement. A plugin jar may say in its manifest which
 * one it was built for, as {@value #ATTRIBUTE}: it is used where the major version is the same and
 * the minor version is not newer.
 */
public record ApiVersion(int major, int minor) {
  /** The attribute of a plugin jar's manifest. */
  public static final String ATTRIBUTE = "Graft-Api-Version";

  /** The version of this API. */
  public static final ApiVersion CURRENT = new ApiVersion(0, 1);

  /**
   * Reads {@code major.minor}; what follows is ignored, so that {@code 0.1.0-SNAPSHOT} is 0.1.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static ApiVersion of(String text) {
    String[] parts = text.strip().split("[.-]", -1);
    try {
      return new ApiVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "expected a version such as 0.1, received '" + text + "'", e);
    }
  }

  /** Whether a plugin that was built for another version can be used with this one. */
  public boolean supports(ApiVersion built) {
    return built.major == major && built.minor <= minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
