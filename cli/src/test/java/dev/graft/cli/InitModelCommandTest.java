package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.tensor.DType;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.models.Weights;
import dev.graft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InitModelCommandTest {
  private static final String CONFIG = Tiny.CONFIG.replace("0.2,", "0.1,");

  @TempDir Path temp;

  private Path config(String text) throws IOException {
    Path file = temp.resolve("given.json");
    Files.writeString(file, text);
    return file;
  }

  private Path made(String name, Object... more) throws IOException {
    Path out = temp.resolve(name);
    Object[] args = {"init-model", "--config", config(CONFIG), "--out", out};
    Run.graft(Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray()).succeeds();
    return out;
  }

  @Test
  void weightsAreNormalAndNormsAreOne() throws IOException {
    Weights weights = ModelFolder.open(made("model", "--seed", 7)).weights();
    double[] e = weights.tensor("model.embed_tokens.weight").toDoubles();
    double mean = Arrays.stream(e).average().orElseThrow();
    double std = Math.sqrt(Arrays.stream(e).map(x -> (x - mean) * (x - mean)).sum() / e.length);
    // 8,256 values: five standard errors.
    assertThat(mean).isCloseTo(0, within(5 * 0.1 / Math.sqrt(e.length)));
    assertThat(std).isCloseTo(0.1, within(5 * 0.1 / Math.sqrt(2.0 * e.length)));
    assertThat(weights.tensor("model.norm.weight").toDoubles()).containsOnly(1);
  }

  @Test
  void theSeedDecides() throws IOException {
    byte[] first = Files.readAllBytes(made("a", "--seed", 7).resolve("model.safetensors"));
    byte[] again = Files.readAllBytes(made("b", "--seed", 7).resolve("model.safetensors"));
    byte[] other = Files.readAllBytes(made("c", "--seed", 8).resolve("model.safetensors"));
    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void storesWhatIsAskedFor() throws IOException {
    Path out = made("half", "--dtype", "fp16");
    assertThat(ModelFolder.open(out).weights().tensor("model.norm.weight").dtype())
        .isEqualTo(DType.F16);
    assertThat(out.resolve("config.json")).content().contains("\"dtype\": \"float16\"");
    assertThat(out.resolve("tokenizer.json")).doesNotExist();
  }

  @Test
  void everyByteHasASymbolOfItsOwn() {
    long symbols =
        Stream.iterate(0, b -> b + 1).limit(256).map(ByteLevelTokenizer::symbol).distinct().count();
    assertThat(symbols).isEqualTo(256);
    // GPT-2's table: a space is Ġ, a line feed Ċ, 0x7f and 0xad are among the shifted ones.
    assertThat(ByteLevelTokenizer.symbol(' ')).isEqualTo("Ġ");
    assertThat(ByteLevelTokenizer.symbol('\n')).isEqualTo("Ċ");
    assertThat(ByteLevelTokenizer.symbol('A')).isEqualTo("A");
    assertThat(ByteLevelTokenizer.symbol(0xad)).isEqualTo("Ń");
  }

  @Test
  void theTinyModelOfTheExamplesCanBeMadeAgain() {
    Path example = Path.of("..", "examples", "tiny", "model").toAbsolutePath().normalize();
    Path out = temp.resolve("again");
    Run.graft(
            "init-model",
            "--config",
            example.resolve("config.json"),
            "--out",
            out,
            "--seed",
            7,
            "--tokenizer",
            "byte-level",
            "--dtype",
            "fp16")
        .succeeds();
    for (String text : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      assertThat(out.resolve(text)).hasSameTextualContentAs(example.resolve(text));
    }
    Weights made = ModelFolder.open(out).weights();
    Weights carried = ModelFolder.open(example).weights();
    for (WeightSpec w : made.model().weights()) {
      // A last bit, where another Java rounds a logarithm differently.
      assertThat(made.tensor(w.name()).toDoubles())
          .containsExactly(carried.tensor(w.name()).toDoubles(), within(1e-3));
    }
  }

  @Test
  void theTokenizerGivesBytesAndSpecialTokens() throws IOException {
    try (Tokenizer t =
        ModelFolder.open(made("bytes", "--tokenizer", "byte-level")).openTokenizer()) {
      assertThat(t.encode("Aé\n").ids()).containsExactly('A', 0xc3, 0xa9, '\n');
      assertThat(t.decode(new int[] {'A', 0xc3, 0xa9, '\n'})).isEqualTo("Aé\n");
      assertThat(t.eosId()).hasValue(256);
      assertThat(t.padId()).hasValue(257);
      assertThat(t.bosId()).isEmpty();
      assertThat(t.addsBos()).isFalse();
    }
  }

  @Test
  void refusesABadConfig() throws IOException {
    assertFails(CONFIG.replace("llama", "lama"), ErrorCode.MODEL_UNSUPPORTED, "'lama'");
    assertFails("{\"model_type\": ", ErrorCode.FILE_MALFORMED, "given.json");
    assertFails(CONFIG.replace("0.1,", "-1,"), ErrorCode.FILE_MALFORMED, "initializer_range");
    assertFails(CONFIG.replace("258", "257"), ErrorCode.MODEL_UNSUPPORTED, "vocab_size");
    assertFails(
        CONFIG.replace("\"vocab_size\"", "\"eos_token_id\": 2, \"vocab_size\""),
        ErrorCode.MODEL_UNSUPPORTED,
        "eos_token_id");
    assertFails(
        CONFIG.replace("\"vocab_size\"", "\"bos_token_id\": 2, \"vocab_size\""),
        ErrorCode.MODEL_UNSUPPORTED,
        "bos_token_id");
  }

  private void assertFails(String config, ErrorCode code, String mentions) throws IOException {
    Path out = temp.resolve("out");
    Run run =
        Run.graft(
            "init-model", "--config", config(config), "--out", out, "--tokenizer", "byte-level");
    assertThat(run.failsWith(code)).contains(mentions);
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).containsExactly(temp.resolve("given.json"));
    }
  }

  @Test
  void refusesAMissingConfig() {
    Path nowhere = temp.resolve("nowhere.json");
    assertThat(
            Run.graft("init-model", "--config", nowhere, "--out", temp.resolve("out"))
                .failsWith(ErrorCode.FILE_MISSING))
        .contains(nowhere.toString());
  }

  @Test
  void neverOverwritesAFolder() throws IOException {
    Path out = made("model");
    byte[] before = Files.readAllBytes(out.resolve("model.safetensors"));
    Run run = Run.graft("init-model", "--config", config(CONFIG), "--out", out, "--seed", 9);
    assertThat(run.failsWith(ErrorCode.USAGE)).contains("which is there already");
    assertThat(Files.readAllBytes(out.resolve("model.safetensors"))).isEqualTo(before);
  }

  @Test
  void refusesABadOption() throws IOException {
    Object[] args = {"init-model", "--config", config(CONFIG), "--out", temp.resolve("o")};
    assertThat(
            Run.graft(args[0], args[1], args[2], args[3], args[4], "--dtype", "fp8")
                .failsWith(ErrorCode.USAGE))
        .isEqualTo(
            "Invalid value for option '--dtype': unknown value 'fp8'. Did you mean 'fp16'? Known:"
                + " bf16, fp16, fp32. Run 'graft init-model --help' [usage]");
    assertThat(
            Run.graft(args[0], args[1], args[2], args[3], args[4], "--seed", "-1")
                .failsWith(ErrorCode.USAGE))
        .contains("--seed");
  }
}
