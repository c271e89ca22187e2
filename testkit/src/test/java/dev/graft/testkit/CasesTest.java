package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The cases hold everything that there is, so that what is added to the api is added here. */
final class CasesTest {
  private static List<Op> ops() {
    List<Op> out = new ArrayList<>();
    Stream.concat(PrimitiveCases.all().stream(), CompositeCases.all().stream())
        .flatMap(c -> c.trace(DType.F32).build().nodes().stream())
        .map(Node::op)
        .forEach(out::add);
    return out;
  }

  @Test
  void everyPrimitiveHasACase() {
    Set<Class<?>> held = new HashSet<>();
    ops().forEach(op -> held.add(op.getClass()));
    for (Class<?> op : Op.class.getPermittedSubclasses()) {
      boolean covered = // a variable and a cast have tests of their own
          op == Composite.class || op == Op.Variable.class || op == Op.Cast.class;
      assertThat(covered || held.contains(op)).as(op.getSimpleName()).isTrue();
    }
  }

  @Test
  void everyFunctionHasACase() {
    List<Op> ops = ops();
    for (Op.UnaryFunction f : Op.UnaryFunction.values()) {
      assertThat(ops).contains(new Op.Unary(f));
    }
    for (Op.BinaryFunction f : Op.BinaryFunction.values()) {
      assertThat(ops).contains(new Op.Binary(f));
    }
    for (boolean a : new boolean[] {false, true}) {
      for (boolean b : new boolean[] {false, true}) {
        assertThat(ops).contains(new Op.MatMul(a, b));
      }
    }
  }

  @Test
  void everyCompositeHasACase() throws IOException, URISyntaxException {
    Set<Class<?>> held = new HashSet<>();
    ops().forEach(op -> held.add(op.getClass()));
    List<Class<?>> composites =
        classesBeside(Linear.class).stream()
            .filter(c -> c.isRecord() && Composite.class.isAssignableFrom(c))
            .toList();
    assertThat(composites).hasSizeGreaterThanOrEqualTo(16);
    assertThat(held).containsAll(composites);
  }

  private static List<Class<?>> classesBeside(Class<?> one) throws IOException, URISyntaxException {
    URI source = one.getProtectionDomain().getCodeSource().getLocation().toURI();
    String folder = one.getPackageName().replace('.', '/');
    Path path = Path.of(source);
    if (Files.isDirectory(path)) {
      return classes(path.resolve(folder), one);
    }
    try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
      return classes(jar.getPath(folder), one);
    }
  }

  private static List<Class<?>> classes(Path folder, Class<?> one) throws IOException {
    List<Class<?>> out = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (String name : files.map(f -> f.getFileName().toString()).sorted().toList()) {
        if (name.endsWith(".class") && !name.contains("-")) {
          String simple = name.substring(0, name.length() - ".class".length());
          out.add(Class.forName(one.getPackageName() + "." + simple, false, one.getClassLoader()));
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return out;
  }

  @Test
  void labelsWithinACaseAreDistinct() {
    Stream.concat(PrimitiveCases.all().stream(), CompositeCases.all().stream())
        .forEach(
            c -> {
              CaseTrace t = c.trace(DType.F32);
              String[] labels = new String[t.outputs().size()];
              Arrays.setAll(labels, t::label);
              assertThat(labels).as(c.name()).isNotEmpty().doesNotHaveDuplicates();
            });
  }
}
