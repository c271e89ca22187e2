package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedRowsTest {
  @TempDir Path folder;

  private static List<MaskedExample> examples() {
    Random random = new Random(2);
    List<MaskedExample> out = new ArrayList<>();
    for (int row = 1; row <= 50; row++) {
      int n = 1 + random.nextInt(20);
      float[] weights = new float[n];
      for (int i = 1; i < n; i++) {
        weights[i] = random.nextInt(3) / 2f;
      }
      out.add(
          new MaskedExample(
              new Origin("a", row, row), random.ints(n).map(Math::abs).toArray(), weights));
    }
    return out;
  }

  private static List<String> shown(List<MaskedExample> examples) {
    return examples.stream()
        .map(
            e -> {
              StringBuilder out =
                  new StringBuilder(e.origin() + " " + e.inputs() + " " + e.targets());
              for (int i = 0; i < e.size(); i++) {
                out.append(' ').append(e.id(i)).append('*').append(e.weight(i));
              }
              return out.toString();
            })
        .toList();
  }

  private static List<MaskedExample> kept(MaskedRows rows) {
    examples().forEach(rows::add);
    return rows.all();
  }

  @Test
  void examplesOutsideTheHeapAreTheSame() throws IOException {
    assertThat(shown(kept(new MaskedRows(folder, 100)))).isEqualTo(shown(examples()));
    assertThat(shown(kept(new MaskedRows(folder, 1)))).isEqualTo(shown(examples()));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whereNothingCanBeWrittenTheyStayInMemory() {
    MaskedRows rows = new MaskedRows(folder.resolve("absent"), 100);
    assertThat(shown(kept(rows))).isEqualTo(shown(examples()));
  }
}
