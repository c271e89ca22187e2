package dev.graft.training.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.training.GraftModule;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginsTest {
  /** A configuration without keys. */
  public record NoConfig() {}

  private abstract static class Mask implements MaskingProvider<NoConfig> {
    @Override
    public Class<NoConfig> configType() {
      return NoConfig.class;
    }

    @Override
    public MaskingStrategy create(NoConfig config) {
      return (example, seed) -> new float[example.size()];
    }
  }

  /** A provider as it should be. */
  public static final class Good extends Mask {
    @Override
    public String name() {
      return "test-mask";
    }
  }

  /** Has the name of another. */
  public static final class Same extends Mask {
    @Override
    public String name() {
      return "test-mask";
    }
  }

  /** Has a name that is no kebab-case. */
  public static final class Shouting extends Mask {
    @Override
    public String name() {
      return "TestMask";
    }
  }

  /** Has no name. */
  public static final class Blank extends Mask {
    @Override
    public String name() {
      return "";
    }
  }

  /** Fails when it is made. */
  public static final class Broken extends Mask {
    public Broken() {
      throw new UnsupportedOperationException("no licence");
    }

    @Override
    public String name() {
      return "broken";
    }
  }

  @TempDir Path folder;

  /** A loader that offers exactly the given masks. */
  private ClassLoader offering(String... classes) {
    try {
      Path services = Files.createDirectories(folder.resolve("META-INF/services"));
      Files.write(services.resolve(MaskingProvider.class.getName()), List.of(classes));
      return new URLClassLoader(new URL[] {folder.toUri().toURL()}, new OnlyClasses());
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Hides the service files of the class path. */
  private static final class OnlyClasses extends ClassLoader {
    OnlyClasses() {
      super(PluginsTest.class.getClassLoader());
    }

    @Override
    public java.util.Enumeration<URL> getResources(String name) {
      return java.util.Collections.emptyEnumeration();
    }
  }

  private Plugins discover(Class<?>... masks) {
    String[] names = List.of(masks).stream().map(Class::getName).toArray(String[]::new);
    return Plugins.discover(offering(names), List.of());
  }

  @Test
  void findsWhatTheClassPathOffers() {
    Plugins p = discover(Good.class);
    assertThat(p.maskings()).hasSize(1);
    Plugin<MaskingProvider<?>> found = p.masking("test-mask");
    assertThat(found.provider()).isInstanceOf(Good.class);
    assertThat(found.version()).isEqualTo("development");
    assertThat(found.jar()).contains("test-classes");
  }

  @Test
  void aBrokenPluginHidesNoOther() {
    Plugins p =
        Plugins.discover(
            offering("there.is.no.SuchClass", Broken.class.getName(), Good.class.getName()),
            List.of());
    assertThat(p.masking("test-mask").provider()).isInstanceOf(Good.class);
    assertThat(p.broken()).hasSize(2);
    assertThat(p.broken().get(0).problem()).contains("SuchClass");
    assertThat(p.broken().get(1).problem()).contains("no licence").contains("Broken");
    GraftException e = catchThrowableOfType(GraftException.class, () -> p.masking("broken"));
    assertThat(e).hasMessageContaining("cannot be used").hasMessageContaining("no licence");
  }

  @Test
  void twoOfOneNameFailNamingTheirJars() {
    GraftException e =
        catchThrowableOfType(GraftException.class, () -> discover(Good.class, Same.class));
    assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_DUPLICATE);
    assertThat(e).hasMessageContaining("test-mask").hasMessageContaining("test-classes");
  }

  @Test
  void badNamesFailNamingTheirJar() {
    for (Class<?> bad : List.of(Shouting.class, Blank.class)) {
      GraftException e = catchThrowableOfType(GraftException.class, () -> discover(bad));
      assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_NAME);
      assertThat(e).hasMessageContaining("kebab-case").hasMessageContaining("test-classes");
    }
  }

  @Test
  void anUnknownNameGetsTheNearestAndTheJarToAdd() {
    Plugins p = discover(Good.class);
    GraftException e = catchThrowableOfType(GraftException.class, () -> p.masking("test-mas"));
    assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_UNKNOWN);
    assertThat(e).hasMessageContaining("Did you mean 'test-mask'?");
    Map.of("djl-pytorch", "graft-engine-djl", "tensorflow", "graft-engine-tf")
        .forEach(
            (name, jar) -> {
              GraftException missing =
                  catchThrowableOfType(GraftException.class, () -> p.backend(name));
              assertThat(missing)
                  .hasMessage(
                      "unknown backend '%s'. It is in %s, which is not on the class path: add it."
                          + " Known: none.",
                      name, jar);
            });
  }

  @Test
  void guiceGetsMapsByName() {
    Plugins p = discover(Good.class);
    Map<String, MaskingProvider<?>> masks =
        Guice.createInjector(new GraftModule(p))
            .getInstance(Key.get(new TypeLiteral<Map<String, MaskingProvider<?>>>() {}));
    assertThat(masks).containsOnlyKeys("test-mask");
  }
}
