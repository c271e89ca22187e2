package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusTest {
  private static Example row(String file, int row, String prompt, String completion) {
    return new PromptCompletionExample(new Origin(file, row, row), prompt, completion);
  }

  private static List<Example> list(Iterable<Example> examples) {
    List<Example> out = new ArrayList<>();
    examples.forEach(out::add);
    return out;
  }

  private static DataSource source(String name, int rows, double weight) {
    return new DataSource(
        name,
        IntStream.rangeClosed(1, rows).mapToObj(i -> row(name, i, name + i, "x")).toList(),
        weight);
  }

  private static List<Example> of(Corpus corpus, String name) {
    return list(corpus.train()).stream().filter(e -> e.origin().file().equals(name)).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 100", "2, 200", "0.5, 50", "2.25, 225", "0.001, 1", "0.999, 100", "3.004, 300"})
  void weightsRepeatAndDraw(double weight, int expected) {
    List<DataSource> sources = List.of(source("a", 100, weight), source("b", 10, 1));
    Corpus corpus = Corpus.of(sources, 0, 7, false);
    assertThat(list(corpus.train())).isEqualTo(list(Corpus.of(sources, 0, 7, false).train()));
    List<Example> a = of(corpus, "a");
    assertThat(a).hasSize(expected);
    assertThat(of(corpus, "b")).isEqualTo(list(sources.get(1).examples()));
    assertThat(corpus.statistics().sources())
        .containsExactly(
            new CorpusStatistics.Source("a", 100, 0, 0, expected),
            new CorpusStatistics.Source("b", 10, 0, 0, 10));
    int least = (int) weight;
    assertThat(list(sources.get(0).examples()))
        .allSatisfy(e -> assertThat(Collections.frequency(a, e)).isBetween(least, least + 1));
  }

  @Test
  void theSeedDraws() {
    List<DataSource> sources = List.of(source("a", 100, 0.5));
    assertThat(list(Corpus.of(sources, 0, 7, false).train()))
        .isNotEqualTo(list(Corpus.of(sources, 0, 8, false).train()));
  }

  @Test
  void heldOutRowsAreNotRepeatedAndNotTrainedOn() {
    Corpus corpus = Corpus.of(List.of(source("a", 40, 3), source("b", 40, 0.5)), 0.25, 1, false);
    assertThat(list(corpus.validation())).hasSize(20).doesNotHaveDuplicates();
    assertThat(list(corpus.train())).doesNotContainAnyElementsOf(corpus.validation());
    int a = corpus.statistics().sources().get(0).heldOut();
    assertThat(corpus.statistics().sources().get(0).perEpoch()).isEqualTo(3 * (40 - a));
  }

  @Test
  void rowsThatSayTheSameAreOneRow() {
    List<Example> said =
        List.of(
            row("a", 1, "caf\u00e9  au\tlait", "yes "),
            row("a", 2, " cafe\u0301 au lait", "yes"),
            row("a", 3, "caf\u00e9 au lait yes", ""),
            row("a", 4, "cafe au lait", "yes"));
    DataSource a = new DataSource("a", said, 1);
    DataSource b = new DataSource("b", List.of(row("b", 1, "cafe au lait", "yes")), 1);
    Corpus kept = Corpus.of(List.of(a, b), 0, 1, false);
    assertThat(list(kept.train())).hasSize(5);
    assertThat(kept.statistics().duplicates()).isEqualTo(2);
    Corpus removed = Corpus.of(List.of(a, b), 0, 1, true);
    assertThat(list(removed.train())).containsExactly(said.get(0), said.get(2), said.get(3));
    assertThat(removed.statistics())
        .isEqualTo(
            new CorpusStatistics(
                List.of(
                    new CorpusStatistics.Source("a", 4, 1, 0, 3),
                    new CorpusStatistics.Source("b", 1, 1, 0, 0)),
                2,
                0));
  }

  @Test
  void countsHeldOutRowsThatAreTrainedOn() {
    DataSource twice =
        new DataSource(
            "a",
            IntStream.range(0, 40).mapToObj(i -> row("a", i + 1, "p" + i % 20, "x")).toList(),
            1);
    Corpus leaking = Corpus.of(List.of(twice), 0.25, 1, false);
    long expected =
        list(leaking.validation()).stream()
            .map(Fingerprint::of)
            .filter(f -> list(leaking.train()).stream().map(Fingerprint::of).anyMatch(f::equals))
            .count();
    assertThat(expected).isPositive();
    assertThat(leaking.statistics().leaked()).isEqualTo((int) expected);
    assertThat(Corpus.of(List.of(twice), 0.25, 1, true).statistics().leaked()).isZero();
  }

  @Test
  void readsFilesAgainAndSaysWhenTheyChange(@TempDir Path folder) throws IOException {
    String line = "{\"prompt\": \"%d\", \"completion\": \"x\"}\n";
    StringBuilder text = new StringBuilder();
    IntStream.range(0, 30).forEach(i -> text.append(line.replace("%d", "" + i)));
    Path file = Files.writeString(folder.resolve("data.jsonl"), text);
    Iterable<Example> rows = DatasetReader.open(file, DatasetType.PROMPT_COMPLETION);
    Corpus corpus = Corpus.of(List.of(new DataSource("data", rows, 2)), 5, 1, false);
    assertThat(list(corpus.train())).hasSize(50).isEqualTo(list(corpus.train()));
    assertThat(list(corpus.validation())).hasSize(5);
    Files.writeString(file, line.replace("%d", "0"));
    assertThatThrownBy(() -> list(corpus.train()))
        .hasMessageContainingAll("expected the 30 rows", "data", "received 1");
  }
}
