package dev.graft.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.StudyResults;
import dev.graft.models.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsJsonTest {
  private static List<String> keys(JsonNode node) {
    List<String> out = new ArrayList<>();
    node.fieldNames().forEachRemaining(out::add);
    return out;
  }

  private static double value(Map<String, Double> values, String name) {
    return Optional.ofNullable(values.get(name)).orElseThrow();
  }

  /** The keys of a result in PEFT's repository, written on 2025-06-19 and renamed later. */
  @Test
  void hasTheLayoutOfPeft(@TempDir Path folder) throws Exception {
    StudyResults results = StudyFixture.learnForget();
    Path file = folder.resolve("results.json");
    ResultsJson.write(file, results, StudyFixture::manifest);
    JsonNode all = Json.mapper().readTree(file.toFile());
    assertThat(all).hasSize(results.runs().size());
    for (JsonNode run : all) {
      assertThat(keys(run)).containsExactly("run_info", "train_info", "meta_info", "graft");
      assertThat(keys(run.path("run_info")))
          .containsExactly(
              "created_at",
              "total_time",
              "experiment_name",
              "peft_branch",
              "train_config",
              "peft_config",
              "error_msg");
      assertThat(keys(run.path("run_info").path("train_config")))
          .containsExactly(
              "model_id",
              "dtype",
              "max_seq_length",
              "batch_size",
              "batch_size_eval",
              "max_steps",
              "eval_steps",
              "compile",
              "query_template",
              "seed",
              "grad_norm_clip",
              "optimizer_type",
              "optimizer_kwargs",
              "lr_scheduler",
              "use_amp",
              "autocast_adapter_dtype",
              "generation_kwargs",
              "attn_implementation");
      assertThat(keys(run.path("train_info")))
          .containsExactly(
              "accelerator_memory_reserved_avg",
              "accelerator_memory_max",
              "accelerator_memory_reserved_99th",
              "train_time",
              "file_size",
              "num_trainable_params",
              "num_total_params",
              "status",
              "metrics");
      assertThat(keys(run.path("meta_info")))
          .containsExactly(
              "model_info", "dataset_info", "package_info", "system_info", "pytorch_info");
    }
  }

  @Test
  void holdsTheNumbersOfTheRun() {
    StudyResults results = StudyFixture.learnForget();
    RunResult run = results.runs().get(0);
    JsonNode json = ResultsJson.of(results, StudyFixture::manifest).path(0);
    JsonNode metrics = json.path("train_info").path("metrics");
    JsonNode last = metrics.path(metrics.size() - 1);
    assertThat(last.path("test accuracy").doubleValue())
        .isEqualTo(run.after().get("target_accuracy"));
    assertThat(last.path("forgetting").doubleValue())
        .isEqualTo(value(run.after(), "source_loss") - value(run.before(), "source_loss"));
    assertThat(last.path("step").intValue()).isEqualTo(120);
    double lossOfLastSteps =
        run.curve("loss").orElseThrow().points().stream()
            .filter(p -> p.step() > 108)
            .mapToDouble(Point::value)
            .average()
            .orElseThrow();
    assertThat(last.path("train loss").doubleValue()).isEqualTo(lossOfLastSteps);
    assertThat(metrics).hasSize(12);
    assertThat(json.path("run_info").path("peft_config").path("peft_type").asText())
        .isEqualTo("LORA");
    assertThat(json.path("run_info").path("peft_config").path("lora_alpha").asInt()).isEqualTo(16);
    assertThat(json.path("run_info").path("train_config").path("batch_size").asInt()).isEqualTo(8);
    assertThat(
            json.path("meta_info").path("dataset_info").path("rows<1>.jsonl").path("sha").asText())
        .isEqualTo("ab");
    assertThat(json.path("graft").path("levels").path("method").asText()).isEqualTo("full");
    assertThat(json.path("graft").path("before").path("facts").doubleValue()).isEqualTo(0.95);
    JsonNode failed = ResultsJson.of(results, StudyFixture::manifest).path(3);
    assertThat(failed.path("train_info").path("status").asText()).isEqualTo("failed");
    assertThat(failed.path("run_info").path("error_msg").asText()).contains("step 12");
    assertThat(failed.toString()).doesNotContain("NaN\"");
  }
}
