package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users read when a training run cannot start or fails, word for word: {@code errors.txt}
 * holds the paragraph of every case. Nothing may be written by a run that was refused.
 */
final class ErrorTextTest {
  private static final String RECIPE =
      """
      base_model: model
      datasets: [{path: data.jsonl, type: prompt-completion}]
      adapter: {type: lora, r: 2, target_modules: [q_proj]}
      masking: response-only
      backend: reference
      output_dir: run
      sequence_len: 24
      val_set_size: 0
      max_steps: 2
      """;
  private static final String DATA = "{\"prompt\": \"p\", \"completion\": \"yes\"}\n";

  @TempDir Path temp;
  private final Map<String, String> actual = new LinkedHashMap<>();

  @BeforeEach
  void files() {
    Tiny.model(temp);
    Tiny.write(temp.resolve("data.jsonl"), DATA);
    Tiny.write(temp.resolve("recipe.yaml"), RECIPE);
  }

  /** A recipe with one text replaced. */
  private void recipe(String name, ErrorCode code, String from, String to) {
    assertThat(RECIPE).contains(from);
    Path file = Tiny.write(temp.resolve("other.yaml"), RECIPE.replace(from, to));
    check(name, code, "train", file);
  }

  private void set(String name, ErrorCode code, String override) {
    check(name, code, "train", temp.resolve("recipe.yaml"), "--set", override);
  }

  private void data(String name, ErrorCode code, String content) {
    Tiny.write(temp.resolve("other.jsonl"), content);
    set(name, code, "datasets.0.path=" + temp.resolve("other.jsonl"));
  }

  private void check(String name, ErrorCode code, Object... args) {
    String paragraph = Run.graft(args).failsWith(code);
    actual.put(name, paragraph.replace(temp.toString(), "${temp}"));
    assertThat(temp.resolve("run")).as("the run's folder of a refused recipe").doesNotExist();
  }

  @Test
  void everyParagraphIsAsWritten() throws IOException {
    check("recipe missing", ErrorCode.FILE_MISSING, "train", temp.resolve("nowhere.yaml"));
    recipe("recipe malformed", ErrorCode.CONFIG_VALUE, "[q_proj]}", "[q_proj}");
    recipe("key unknown", ErrorCode.CONFIG_UNKNOWN_KEY, "sequence_len", "sequence_length");
    recipe("key missing", ErrorCode.CONFIG_MISSING_KEY, "base_model: model\n", "");
    recipe("adapter unknown", ErrorCode.PLUGIN_UNKNOWN, "type: lora", "type: lorra");
    recipe("adapter key unknown", ErrorCode.CONFIG_UNKNOWN_KEY, "r: 2", "rank: 2");
    recipe("mask unknown", ErrorCode.PLUGIN_UNKNOWN, "response-only", "responses-only");
    recipe("engine unknown", ErrorCode.PLUGIN_UNKNOWN, "backend: reference", "backend: referenc");
    recipe(
        "keys of another engine",
        ErrorCode.CONFIG_UNKNOWN_KEY,
        "backend: reference",
        "backend: {type: reference, device: cpu, dtype: fp32, kernels: fast}");
    set("targets unmatched", ErrorCode.TARGETS_UNMATCHED, "adapter.target_modules=[q_prj]");
    set("pattern unmatched", ErrorCode.TARGETS_UNMATCHED, "adapter.target_modules='.*attention.*'");
    set("override of the wrong type", ErrorCode.CONFIG_TYPE, "num_epochs=many");
    set("override malformed", ErrorCode.USAGE, "num_epochs");
    set("override of nothing", ErrorCode.CONFIG_UNKNOWN_KEY, "num_epoch=3");
    set("value out of range", ErrorCode.CONFIG_VALUE, "learning_rate=0");
    set("model missing", ErrorCode.FILE_MISSING, "base_model=" + temp.resolve("nowhere"));
    set("data missing", ErrorCode.FILE_MISSING, "datasets.0.path=" + temp.resolve("no.jsonl"));
    set("data type unknown", ErrorCode.CONFIG_VALUE, "datasets.0.type=alpacca");
    set(
        "chat template missing",
        ErrorCode.CHAT_TEMPLATE,
        "datasets=[{path: " + temp.resolve("data.jsonl") + ", type: messages}]");
    data("data empty", ErrorCode.DATA_EMPTY, "");
    data("data line malformed", ErrorCode.DATA_MALFORMED, DATA + "{\"prompt\": \"p\", \n" + DATA);
    data("data field missing", ErrorCode.DATA_MALFORMED, DATA + "{\"prompt\": \"p\"}\n");
    data("data too long", ErrorCode.DATA_TOO_LONG, DATA + DATA.replace("yes", "y".repeat(40)));
    recipe(
        "every token masked",
        ErrorCode.MASK_EMPTY,
        "sequence_len: 24",
        "sequence_len: 4\noverlength: truncate",
        Tiny.write(temp.resolve("masked.jsonl"), DATA.replace("\"p\"", "\"a long prompt\"")));
    untrained();
    foreignFolder();
    brokenModel();
    assertThat(text()).isEqualTo(golden());
  }

  private void recipe(String name, ErrorCode code, String from, String to, Path data) {
    Path file = Tiny.write(temp.resolve("other.yaml"), RECIPE.replace(from, to));
    check(name, code, "train", file, "--set", "datasets.0.path=" + data);
  }

  private void untrained() {
    String cut = "sequence_len: 8\noverlength: truncate";
    String tooLong = DATA.replace("\"p\"", "\"a long prompt\"");
    recipe(
        "too many examples masked",
        ErrorCode.MASK_UNTRAINED,
        "sequence_len: 24",
        cut,
        Tiny.write(temp.resolve("half.jsonl"), DATA + tooLong + DATA + tooLong));
    recipe(
        "end of turn never trained",
        ErrorCode.MASK_END_OF_TURN,
        "sequence_len: 24",
        cut,
        Tiny.write(temp.resolve("cut.jsonl"), DATA.replace("yes", "a long answer")));
  }

  private void foreignFolder() throws IOException {
    Path foreign = Files.createDirectories(temp.resolve("foreign"));
    Tiny.write(foreign.resolve("thesis.txt"), "years of work");
    set("folder of something else", ErrorCode.CONFIG_VALUE, "output_dir=" + foreign);
    assertThat(foreign.resolve("thesis.txt")).hasContent("years of work");
  }

  private void brokenModel() throws IOException {
    Path cut = Files.createDirectories(temp.resolve("cut"));
    try (Stream<Path> files = Files.list(temp.resolve("model"))) {
      for (Path f : (Iterable<Path>) files::iterator) {
        Files.copy(f, cut.resolve(f.getFileName()));
      }
    }
    Path weights = cut.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(whole, whole.length - 1000));
    set("weights truncated", ErrorCode.FILE_MALFORMED, "base_model=" + cut);
  }

  /** The run started and fails: status 1, and its folder stays for a resume. */
  @Test
  void aLossThatIsNotANumberEndsTheRun() {
    Run run =
        Run.graft(
            "train",
            temp.resolve("recipe.yaml"),
            "--engine",
            "djl-pytorch",
            "--set",
            "learning_rate=1e25",
            "--set",
            "max_steps=5",
            "--set",
            "max_grad_norm=0");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err().lines().toList())
        .last()
        .asString()
        .startsWith("graft: ")
        .endsWith("[loss.not-finite]")
        .contains("step 2");
    assertThat(temp.resolve("run/adapter")).doesNotExist();
  }

  private String text() {
    List<String> out = new ArrayList<>();
    actual.forEach((name, paragraph) -> out.add("# " + name + "\n" + paragraph + "\n"));
    return String.join("\n", out);
  }

  private static String golden() throws IOException {
    try (java.io.InputStream in = ErrorTextTest.class.getResourceAsStream("errors.txt")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
