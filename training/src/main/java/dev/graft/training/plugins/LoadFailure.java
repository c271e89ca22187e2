package dev.graft.training.plugins;

import java.util.ServiceConfigurationError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says of what a class loader threw what is wrong with a plugin. */
final class LoadFailure {
  private static final Pattern CLASS_FILE = Pattern.compile("class file version (\\d+)");
  private static final int VERSION_BEFORE_JAVA_1 = 44;

  private LoadFailure() {}

  static String of(Throwable thrown) {
    Throwable e =
        thrown instanceof ServiceConfigurationError && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    while (e instanceof ExceptionInInitializerError && e.getCause() != null) {
      e = e.getCause();
    }
    String message = String.valueOf(e.getMessage());
    if (e instanceof UnsupportedClassVersionError) {
      Matcher m = CLASS_FILE.matcher(message);
      return "it was compiled for "
          + (m.find()
              ? "Java " + (Integer.parseInt(m.group(1)) - VERSION_BEFORE_JAVA_1)
              : "a newer Java")
          + ", and this is Java "
          + Runtime.version().feature()
          + "; run Graft on a newer Java or have the plugin compiled for this one";
    }
    if (e instanceof NoClassDefFoundError || e instanceof ClassNotFoundException) {
      return "it needs the class "
          + message.replace('/', '.')
          + ", which is neither in its jar nor in Graft's plugin API; put the jar of that library"
          + " and the plugin into a folder of their own among the plugins";
    }
    if (e instanceof AbstractMethodError
        || e instanceof NoSuchMethodError
        || e instanceof NoSuchFieldError
        || e instanceof IncompatibleClassChangeError) {
      return "it was built against another version of Graft's plugin API ("
          + message
          + "); use another version of the plugin or of Graft";
    }
    if (e instanceof ServiceConfigurationError) {
      return message + "; have the plugin corrected or remove it";
    }
    return "it threw " + e + "; have the plugin corrected or remove it";
  }
}
