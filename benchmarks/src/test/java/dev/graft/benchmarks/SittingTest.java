package dev.graft.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.models.WeightSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SittingTest {
  private static Measurement measurement(double gflop, Double... seconds) {
    return new Measurement(
        "a", List.of(seconds), List.of(seconds), 100, gflop, 7, null, null, null);
  }

  private static Case one(String group, String name) {
    return new Case(group, name, name.equals("peer"), List.of());
  }

  @Test
  void theTableHasOrderStatisticsAndRatios() {
    SittingTable table = new SittingTable();
    table.add(one("gemm, fp32", "djl-pytorch"), measurement(10, 0.05)); // 200 GFLOP/s
    table.add(one("gemm, fp32", "peer"), measurement(5, 0.05)); // of smaller matrices
    table.add(one("step, fp32", "djl-pytorch"), measurement(50, 0.5, 1.0));
    table.add(one("step, fp32", "djl-pytorch"), measurement(50, 0.25));
    table.add(one("step, fp32", "peer"), measurement(50, 2.0, 1.0, 1.0));
    assertThat(table.text())
        .contains(
            "| djl-pytorch | a | 0.250 | 0.500 | 1.000 | 0.500 | 200 | 7 | 100 | 0.50 | 2.00 |")
        .contains(
            "| djl-pytorch | a | 0.050 | 0.050 | 0.050 | 0.050 | 2000 | 7 | 200 | 1.00 | 2.00 |")
        .contains("| peer | a | 1.000 | 1.000 | 2.000 | 1.000 | 100 | 7 | 50 | 0.25 | 1.00 |");
  }

  /** Adapters have no peer for some of what they time, and an epoch no count of operations. */
  @Test
  void whatIsNotKnownStaysEmpty() {
    SittingTable table = new SittingTable();
    table.add(one("epoch, bf16", "tensorflow"), measurement(0, 2.0));
    assertThat(table.text())
        .contains("| tensorflow | a | 2.000 | 2.000 | 2.000 | 2.000 | 50 | 7 |  |  |  |  |  |  |");
  }

  @Test
  void anEpochTellsItsLossAndWhenItsFirstStepWasDone() throws IOException {
    String line =
        "{\"label\": \"a\", \"seconds\": [2.0], \"cpu\": [3.0], \"tokens\": 8, \"gflop\": 0,"
            + " \"peak_mb\": 7, \"mean_loss\": 1.5, \"first_step_s\": 4.25, \"second_half\": 0.98}";
    SittingTable table = new SittingTable();
    table.add(one("epoch, fp32", "peer"), Measurement.read(line).orElseThrow());
    assertThat(table.text())
        .contains("| first step after s | mean loss | speed of the second half by the first's |")
        .contains("| 4 | 7 |  |  | 1.00 | 4.3 | 1.5000 | 0.98 |");
  }

  @Test
  void everyGroupHasBothEnginesAndItsPeer() {
    List<Case> alone =
        Cases.of(Optional.empty(), Path.of("p.py"), 10, Optional.empty(), Optional.empty());
    List<Case> all =
        Cases.of(
            Optional.of("python3"),
            Path.of("p.py"),
            10,
            Optional.of(Path.of("model")),
            Optional.of(Path.of("data")));
    assertThat(alone).noneMatch(Case::peer);
    for (String group : all.stream().map(Case::group).distinct().toList()) {
      assertThat(all.stream().filter(c -> c.group().equals(group)).map(Case::name))
          .as(group)
          .contains("djl-pytorch", "tensorflow");
    }
    assertThat(all.stream().filter(Case::peer).map(Case::group)).contains("epoch, fp32");
  }

  /** 2 operations a weight and token forward and 2 backward, the head at targets only. */
  @Test
  void operationsAreThoseOfTheWeights() {
    ModelShape shape = ModelShape.smolLm2(30);
    long all = 0;
    for (WeightSpec w : shape.model().weights()) {
      all += w.shape().rank() == 2 ? w.shape().size() : 0;
    }
    double attention = 3.0 * 30 * 2 * 512 * 512 * 576 / 1e9;
    assertThat(shape.gflop(512, 512, false))
        .isCloseTo(4.0 * all * 512 / 1e9 + attention, within(1e-6));
    assertThat(shape.gflop(512, 512, true))
        .isCloseTo(6.0 * all * 512 / 1e9 + attention, within(1e-6));
  }

  /** Steps of two adapters on the slowest engine, read as the parent reads them. */
  @Test
  void aChildPrintsWhatItsParentReads() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      StepChild.main(new String[] {"reference", "tiny", "fp32", "20", "2", "lora:r=2", "dora:r=2"});
    } finally {
      System.setOut(before);
    }
    List<Measurement> read = new ArrayList<>();
    for (String line : printed.toString(StandardCharsets.UTF_8).lines().toList()) {
      Measurement.read(line).ifPresent(read::add);
    }
    assertThat(read).extracting(Measurement::label).containsExactly("lora:r=2", "dora:r=2");
    assertThat(read).allSatisfy(m -> assertThat(m.seconds()).hasSize(2).allMatch(s -> s > 0));
    assertThat(read.get(0).tokens()).isEqualTo(512);
  }
}
