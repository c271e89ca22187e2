package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  private static final Path STUDIES = Path.of("../studies").toAbsolutePath().normalize();

  private static final String YAML =
      """
      study: memorize
      title: Small
      question: Can it?
      world: {people: 6, documents: 10, tasks: 10, held_out: 4, pairs: 2}
      recipe:
        base_model: %s
        datasets: [{path: "${world}/key-values.jsonl", type: prompt-completion}]
        masking: none
        sequence_len: 128
        micro_batch_size: 2
        max_steps: 3
        val_set_size: 0
      measures:
        characters:
          {type: characters, path: "${world}/key-values.jsonl", format: prompt-completion, max_tokens: 40, every: 1}
      factors:
        method:
          lora-r8: {recipe.adapter: lora}
          mora-r8: {recipe.adapter: mora}
          full: {recipe.adapter: {type: lora, target_modules: [nowhere]}}
      scopes:
        default: {seeds: 2, matrices: [{method: [lora-r8, mora-r8]}]}
        full: {seeds: 1}
        agreement: {seeds: 2, matrices: [{method: [lora-r8]}], set: {recipe.learning_rate: 1e-4}}
      tune: {learning_rates: [1e-3, 1e-2], seeds: 1, matrices: [{method: [lora-r8]}], select: characters}
      """
          .formatted(STUDIES.resolve("base"));

  @TempDir Path temp;

  private Path file() throws IOException {
    return Files.writeString(temp.resolve("small.yaml"), YAML);
  }

  @Test
  void runsReportsAndComparesAStudyAndShowsWhatFailed() throws IOException {
    Path out = temp.resolve("out");
    Run ran = Run.graft("study", "run", file(), "--out", out).succeeds();
    assertThat(ran.err()).contains("4 runs").contains("4/4  ");
    assertThat(ran.out())
        .contains("mem.1  Not reproduced")
        .contains("method   characters")
        .contains("report: " + out.resolve("report.html"));
    assertThat(Files.readString(out.resolve("report.html"))).contains("Can it?").contains("seed");
    assertThat(out.resolve("results.json")).exists();

    Run again = Run.graft("study", "run", file(), "--out", out).succeeds();
    assertThat(again.err()).contains("4 runs, 4 of them done already").doesNotContain("4/4");
    Run report = Run.graft("study", "report", out).succeeds();
    assertThat(report.out()).isEqualTo(again.out());
    Run compared = Run.graft("study", "compare", out, out).succeeds();
    assertThat(compared.out()).contains("characters");

    Run failing = Run.graft("study", "run", file(), "--out", out, "--full");
    assertThat(failing.status()).isZero();
    assertThat(failing.out()).contains("1 of 3 runs did not finish").contains("nowhere");
  }

  @Test
  void comparesTheEngines() throws IOException {
    Path out = temp.resolve("agreement");
    // One at a time, with all processors: TensorFlow keeps the threads that other tests gave it.
    Run ran =
        Run.graft("study", "run", file(), "--out", out, "--agreement", "--jobs", 1).succeeds();
    assertThat(ran.err()).contains("4 runs");
    assertThat(ran.out().replaceAll("\\s+", " "))
        .contains("PyTorch (djl-pytorch) and TensorFlow (tensorflow) agree, by 2 pairs of runs.")
        .contains("yes training loss of the first 100 steps, relative: 2 of 2 pairs within")
        .contains("yes characters: 0.00 (0.00 to 0.00) points, 2 seeds; allowed 2.0 points")
        .doesNotContain("mem.1");
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("no claim is judged by them")
        .contains("Agreement of the engines");
  }

  @Test
  void sweepsLearningRates() throws IOException {
    Run tuned =
        Run.graft("study", "run", file(), "--out", temp.resolve("tune"), "--tune").succeeds();
    assertThat(tuned.out()).contains("characters by learning rate").contains("0.001").contains("*");
  }

  @Test
  void listsTheStudiesThatComeWithGraft() {
    String before = System.getProperty("graft.home", "");
    System.setProperty("graft.home", STUDIES.resolve("..").normalize().toString());
    try {
      Run list = Run.graft("study", "list").succeeds();
      assertThat(list.out()).contains("memorize").contains("quick, default, full");
    } finally {
      System.setProperty("graft.home", before);
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThat(Run.graft("study").failsWith(ErrorCode.USAGE)).contains("list, run, report");
    assertThat(Run.graft("study", "run", "nothing").failsWith(ErrorCode.USAGE))
        .contains("'nothing'");
    assertThat(Run.graft("study", "run", file(), "--quick").failsWith(ErrorCode.USAGE))
        .contains("one of [default, full, agreement], received 'quick'");
    assertThat(Run.graft("study", "run", file(), "--seeds", 0).failsWith(ErrorCode.USAGE))
        .contains("--seeds");
    assertThat(Run.graft("study", "report", temp.resolve("none")).failsWith(ErrorCode.FILE_MISSING))
        .contains("study.json");
    assertThat(Run.graft("reproduce", temp).failsWith(ErrorCode.FILE_MISSING))
        .contains("finished run");
  }
}
