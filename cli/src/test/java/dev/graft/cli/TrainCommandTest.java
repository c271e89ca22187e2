package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class TrainCommandTest {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "tiny").toAbsolutePath().normalize();

  @TempDir Path temp;
  private Path recipe = Path.of("");
  private Path run = Path.of("");

  @BeforeEach
  void files() {
    Tiny.model(temp);
    run = temp.resolve("run");
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      data.append("{\"prompt\": \"p").append(i).append("\", \"completion\": \"yes\"}\n");
    }
    Tiny.write(temp.resolve("data.jsonl"), data.toString());
    recipe =
        Tiny.write(
            temp.resolve("recipe.yaml"),
            """
            base_model: model
            datasets: [{path: data.jsonl, type: prompt-completion}]
            adapter: {type: lora, r: 2, target_modules: [q_proj]}
            masking: response-only
            backend: reference
            output_dir: run
            sequence_len: 24
            val_set_size: 2
            max_steps: 2
            """);
  }

  private Run train(Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", recipe));
    all.addAll(Arrays.asList(more));
    return Run.graft(all.toArray());
  }

  @Test
  void aServerThatDoesNotAnswerIsToldBeforeAnythingIsWritten() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Run refused = train("--mlflow", "http://127.0.0.1:" + port);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .contains("expected an MLflow server at http://127.0.0.1:" + port)
        .contains("or train without it [tracking.unreachable]");
    assertThat(run).doesNotExist();
    assertThat(train("--mlflow", "mlruns").err()).contains("received 'mlruns'");
  }

  @Test
  void tellsWhatItWillDoThenHowItGoesAndWhatToDoNext() {
    Run trained = train().succeeds();
    assertThat(trained.err())
        .containsPattern("model +" + Pattern.quote(temp.resolve("model") + ", llama, "))
        .containsPattern("adapter +lora on 2 modules, 256 trainable parameters \\(0.86 %\\)")
        .containsPattern("data +4 examples, 24 tokens, 16 of them trained \\(67 %\\)")
        .containsPattern("held out +2 examples, 12 tokens, 8 of them trained")
        .containsPattern("packing +1 rows of 24 tokens an epoch")
        .containsPattern("steps +2 of 1 rows, 1 an epoch")
        .containsPattern("device +cpu .*, fp32")
        .containsPattern("step 0: held-out loss \\d\\.\\d{4} over 8 tokens")
        .containsPattern("step 1/2, epoch 1.00, loss \\d\\.\\d{4}, [0-9,]+ tokens/s, .* left")
        .containsPattern("step 2/2, epoch 2.00, loss \\d\\.\\d{4}, [0-9,]+ tokens/s\\R")
        .containsPattern("step 2: held-out loss");
    // The last token of an example is predicted and never read: 5 of 6 tokens are in a row.
    assertThat(trained.out())
        .containsPattern("trained +2 steps, 40 tokens, 32 of them with loss")
        .containsPattern("held-out loss +\\d.* before, \\d.* after")
        .contains("generate --model ", "--adapter " + run.resolve("adapter"), "merge --model ")
        .doesNotContain("alpaca");
    assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
    assertThat(run.resolve("metrics.jsonl")).exists();
  }

  @Test
  void aFinishedRunIsKeptUnlessRestarted() throws IOException {
    train().succeeds();
    byte[] metrics = Files.readAllBytes(run.resolve("metrics.jsonl"));
    assertThat(train().failsWith(ErrorCode.USAGE)).contains("a finished one");
    assertThat(Files.readAllBytes(run.resolve("metrics.jsonl"))).isEqualTo(metrics);
    JsonNode json =
        new ObjectMapper()
            .readTree(train("--restart", "--json", "--set", "max_steps=1").succeeds().out());
    assertThat(json.get("steps").intValue()).isEqualTo(1);
    assertThat(json.get("result").asText()).isEqualTo(run.resolve("adapter").toString());
    assertThat(json.get("last_eval_loss").isNumber()).isTrue();
  }

  /** One recipe, by both notations of the engine. */
  @Test
  void everyEngineTrainsByTheSameRecipe() throws IOException {
    String block = "backend={type: reference, dtype: fp32}";
    double expected = lastLoss("--set", block);
    for (String engine : Tiny.engines()) {
      assertThat(lastLoss("--set", block, "--engine", engine)).isEqualTo(expected);
      assertThat(lastLoss("--set", block, "--set", "backend.type=" + engine))
          .as(engine)
          .isCloseTo(expected, within(1e-4 * expected));
    }
  }

  private double lastLoss(Object... more) throws IOException {
    List<Object> all = new ArrayList<>(List.of("--restart", "--json"));
    all.addAll(Arrays.asList(more));
    return new ObjectMapper()
        .readTree(train(all.toArray()).succeeds().out())
        .get("loss")
        .asDouble();
  }

  @Test
  void saysThatARunGoesOnOnAnotherEngine() throws IOException {
    train("--set", "save_steps=1").succeeds();
    // As if it had been killed in its second step.
    Files.delete(run.resolve("summary.json"));
    Files.delete(run.resolve("checkpoint-2/state.json"));
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.graft.training.run.Trainer");
    logger.addAppender(logged);
    try {
      train("--set", "save_steps=1", "--engine", "djl-pytorch").succeeds();
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(logged.list.get(0).getFormattedMessage())
        .startsWith("the run in '" + run + "' goes on after step 1 on another engine: ")
        .contains("backend.type (was reference, is djl-pytorch)", "device (was ", "up to rounding");
  }

  @Test
  void overridesChangeTheRecipe() throws IOException {
    train("--engine", "djl-pytorch", "--set", "adapter.r=3", "--set", "seed=9").succeeds();
    assertThat(run.resolve("recipe.yaml"))
        .content()
        .contains("type: djl-pytorch", "r: 3", "seed: 9");
  }

  @Test
  void fullFineTuningWritesAModel() {
    Run full = train("--set", "adapter=full").succeeds();
    assertThat(full.out())
        .contains("generate --model " + run.resolve("model"))
        .doesNotContain("merge");
    assertThat(
            Run.graft("generate", "--model", run.resolve("model"), "p", "--max-tokens", 1).status())
        .isZero();
  }

  @Test
  void mergesOnTheWayAreToldAndEndWithAModel() {
    Run merged = train("--set", "relora_steps=1").succeeds();
    assertThat(merged.err()).contains("step 1: adapter merged into the weights (1 merge so far)");
    assertThat(merged.out())
        .contains("generate --model " + run.resolve("model") + " ")
        .doesNotContain("--adapter");
  }

  @Test
  void doctorForecastsARecipe() throws IOException {
    Run doctor = Run.graft("doctor", recipe, "--json", "--no-measure").succeeds();
    JsonNode forecast = new ObjectMapper().readTree(doctor.out()).get("recipe");
    assertThat(forecast.get("tokens").longValue()).isEqualTo(24);
    assertThat(forecast.get("trained_tokens").longValue()).isEqualTo(16);
    assertThat(forecast.get("shares_by_role").get("response").doubleValue()).isEqualTo(0.5);
    assertThat(forecast.get("steps").intValue()).isEqualTo(2);
    // The weights, and the trainables with two moments each, all of them f32.
    assertThat(forecast.get("variable_bytes").longValue()).isEqualTo(4 * (29_920 + 3 * 256));
    assertThat(forecast.get("peak_bytes").longValue()).isPositive();
    assertThat(forecast.get("gflops_per_step").doubleValue()).isPositive();
    assertThat(Run.graft("doctor", recipe).succeeds().out())
        .containsPattern("tokens +instruction 33 %, response 50 %, special 17 %")
        .containsPattern("work +\\S+ GFLOP a step; at ");
    assertThat(run).doesNotExist();
  }

  @Test
  void theExampleTrains() throws IOException {
    Path out = temp.resolve("tiny");
    Run trained =
        Run.graft(
                "train",
                EXAMPLE.resolve("recipe.yaml"),
                "--set",
                "output_dir=" + out,
                "--set",
                "max_steps=8",
                "--set",
                "warmup_ratio=0",
                "--json")
            .succeeds();
    JsonNode json = new ObjectMapper().readTree(trained.out());
    double before = json.get("first_eval_loss").doubleValue();
    double after = json.get("last_eval_loss").doubleValue();
    assertThat(after).as("held-out loss, was %s", before).isLessThan(before - 1);
    Run generated =
        Run.graft(
                "generate",
                "--model",
                EXAMPLE.resolve("model"),
                "--adapter",
                out.resolve("adapter"),
                "--instruction",
                "What is the capital of Tarn?",
                "--max-tokens",
                3,
                "--json")
            .succeeds();
    assertThat(generated.out()).contains("\"finish\":");
    Matcher hint = Pattern.compile("### Response:").matcher(generated.out());
    assertThat(hint.find()).isTrue();
  }
}
