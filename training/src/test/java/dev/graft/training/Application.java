package dev.graft.training;

import dev.graft.training.model.ModelSettings;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An application whose libraries are not on the JVM's class path but in a class loader that looks
 * at them first, as Spring Boot's does. The class loader that starts it has no Graft.
 */
public final class Application {
  private Application() {}

  /** Takes a class path, a model folder and a prompt. */
  public static void main(String[] args)
      throws ReflectiveOperationException, MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : args[0].split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    @SuppressWarnings("resource") // as long as the application
    ClassLoader loader = new ChildFirst(urls.toArray(URL[]::new));
    loader
        .loadClass(Program.class.getName())
        .getMethod("run", Path.class, String.class)
        .invoke(null, Path.of(args[1]), args[2]);
  }

  /** What the application does. */
  public static final class Program {
    private Program() {}

    /** Generates and tells which class loader Graft came from. */
    public static void run(Path folder, String prompt) {
      Graft graft = Graft.create();
      String loader = Graft.class.getClassLoader().getClass().getSimpleName();
      for (String engine : graft.engines()) {
        try (Model model = graft.load(folder, ModelSettings.on(engine))) {
          String text = model.generate(prompt, 8).replace("\n", "\\n");
          System.out.println(loader + ", " + engine + ": " + text);
        }
      }
      System.out.println(loader + ": " + graft.plugins().masking("response-only").name());
    }
  }

  private static final class ChildFirst extends URLClassLoader {
    ChildFirst(URL[] urls) {
      super(urls, Application.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> c = findLoadedClass(name);
        if (c == null) {
          try {
            c = name.startsWith("java.") ? super.loadClass(name, false) : findClass(name);
          } catch (ClassNotFoundException e) {
            c = super.loadClass(name, false);
          }
        }
        return c;
      }
    }
  }
}
