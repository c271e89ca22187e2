package dev.graft.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
  private static final String ABSENT = "absent";

  @TempDir private Path folder;

  /** The fixture's configuration with some keys replaced (JSON) or removed. */
  private CausalLm model(String... changes) {
    return ModelFolder.architecture(file(changes));
  }

  private Path file(String... changes) {
    return file(Fixture.FOLDER, changes);
  }

  private Path file(Path of, String... changes) {
    ObjectNode config = Json.object(of.resolve("config.json"));
    for (int i = 0; i < changes.length; i += 2) {
      String key = changes[i];
      String json = changes[i + 1];
      if (!json.equals(ABSENT)) {
        ObjectNode parsed =
            Json.object(Path.of(key), "{\"value\":" + json.replace('\'', '"') + "}");
        config.set(key, parsed.path("value"));
      } else {
        config.remove(key);
      }
    }
    Path file = folder.resolve("config.json");
    AtomicFile.writeString(file, Json.pretty(config));
    return file;
  }

  private void refused(ErrorCode code, List<String> parts, String... changes) {
    refused(file(changes), code, parts);
  }

  private static void refused(Path file, ErrorCode code, List<String> parts) {
    assertThatThrownBy(() -> ModelFolder.architecture(file))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
            });
  }

  @Test
  void theFixture() {
    CausalLm model = model();
    assertThat(model.config())
        .isEqualTo(
            new ModelConfig(
                "llama", 256, 64, 2, 4, 2, 16, 128, true, OptionalInt.of(1), List.of(2)));
    assertThat(model.weights()).hasSize(20);
    assertThat(model.weights())
        .contains(new WeightSpec("model.layers.1.self_attn.k_proj.weight", Shape.of(32, 64)));
    assertThat(model.headWeight()).isEqualTo("model.embed_tokens.weight");
    assertThat(model.sites()).hasSize(16);
    assertThat(model.sites().get(0))
        .isEqualTo(new Site("model.embed_tokens", SiteKind.EMBEDDING, 256, 64, -1));
    assertThat(model.sites())
        .contains(new Site("model.layers.1.mlp.down_proj", SiteKind.LINEAR, 160, 64, 1));
    assertThat(model.head()).isEqualTo(new Site("lm_head", SiteKind.HEAD, 64, 256, -1));
  }

  @Test
  void whatMayBeLeftOut() {
    CausalLm model =
        model(
            "head_dim", ABSENT,
            "num_key_value_heads", ABSENT,
            "tie_word_embeddings", ABSENT,
            "attention_bias", ABSENT,
            "mlp_bias", ABSENT,
            "eos_token_id", "null",
            "bos_token_id", ABSENT,
            "rope_parameters", ABSENT,
            "hidden_act", ABSENT,
            "max_position_embeddings", ABSENT,
            "rms_norm_eps", ABSENT);
    ModelConfig c = model.config();
    assertThat(c.headDim()).isEqualTo(16);
    assertThat(c.kvHeads()).isEqualTo(4);
    assertThat(c.tiedHead()).isFalse();
    assertThat(c.bosId()).isEmpty();
    assertThat(c.eosIds()).isEmpty();
    assertThat(c.maxPositions()).isEqualTo(2048);
    assertThat(model.headWeight()).isEqualTo("lm_head.weight");
    assertThat(model.weights()).contains(new WeightSpec("lm_head.weight", Shape.of(256, 64)));
  }

  @Test
  void severalEndsOfText() {
    assertThat(model("eos_token_id", "[5, 7]").config().eosIds()).containsExactly(5, 7);
  }

  @Test
  void biasesAreWeights() {
    CausalLm model = model("attention_bias", "true", "mlp_bias", "true");
    assertThat(model.weights())
        .hasSize(20 + 2 * 7)
        .contains(new WeightSpec("model.layers.0.self_attn.k_proj.bias", Shape.of(32)))
        .contains(new WeightSpec("model.layers.1.mlp.up_proj.bias", Shape.of(160)));
  }

  @Test
  void unknownArchitectures() {
    refused(
        ErrorCode.MODEL_UNSUPPORTED,
        List.of("'lama'", "Did you mean 'llama'", "Known: llama, qwen2"),
        "model_type",
        "'lama'");
    refused(
        ErrorCode.FILE_MALFORMED,
        List.of("'model_type'", "received nothing"),
        "model_type",
        ABSENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "hidden_size | 'x' | a positive integer for 'hidden_size', received",
        "hidden_size | 0 | received 0",
        "hidden_size | 64.5 | received 64.5",
        "vocab_size | null | 'vocab_size', received null",
        "num_hidden_layers | -1 | received -1",
        "rms_norm_eps | 'small' | a number for 'rms_norm_eps'",
        "tie_word_embeddings | 1 | true or false for 'tie_word_embeddings'",
        "eos_token_id | 'two' | a token id or a list of them",
        "eos_token_id | [2, -1] | a token id or a list of them",
        "hidden_act | 3 | a string for 'hidden_act'",
        "rope_parameters | 3 | an object for 'rope_parameters'",
        "rope_parameters | {'rope_type':'llama3','rope_theta':1e4} | a number for 'factor'",
      })
  void valuesThatCannotBe(String key, String value, String problem) {
    refused(ErrorCode.FILE_MALFORMED, List.of("config.json", problem), key, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "hidden_act | 'gelu' | 'silu' for 'hidden_act', received 'gelu'",
        "num_key_value_heads | 3 | a divisor of 4",
        "head_dim | 15 | an even number",
        "rope_parameters | {'rope_type':'yarn','factor':2} | 'default' or 'llama3'",
        "rope_parameters | {'rope_type':'default','partial_rotary_factor':0.5} | received 0.5",
        "partial_rotary_factor | 0.5 | '1'",
        "quantization_config | {'bits':4} | an unquantized model",
      })
  void settingsThatAreNotSupported(String key, String value, String problem) {
    refused(ErrorCode.MODEL_UNSUPPORTED, List.of(problem.replace("'1'", "1")), key, value);
  }

  @Test
  void scalingInOlderFiles() {
    refused(
        ErrorCode.MODEL_UNSUPPORTED,
        List.of("'type'", "'linear'"),
        "rope_parameters",
        ABSENT,
        "rope_theta",
        "10000.0",
        "rope_scaling",
        "{'type':'linear','factor':2}");
  }

  private static final Path QWEN2 = Fixture.resource("qwen2");

  @Test
  void qwen2HasBiasesOnItsQueriesKeysAndValues() {
    CausalLm model = ModelFolder.architecture(file(QWEN2));
    assertThat(model.config())
        .isEqualTo(
            new ModelConfig(
                "qwen2", 256, 64, 2, 4, 2, 16, 128, true, OptionalInt.of(1), List.of(2)));
    assertThat(model.weights()).hasSize(20 + 2 * 3);
    assertThat(model.weights().stream().map(WeightSpec::name).filter(n -> n.endsWith(".bias")))
        .containsExactly(
            "model.layers.0.self_attn.q_proj.bias",
            "model.layers.0.self_attn.k_proj.bias",
            "model.layers.0.self_attn.v_proj.bias",
            "model.layers.1.self_attn.q_proj.bias",
            "model.layers.1.self_attn.k_proj.bias",
            "model.layers.1.self_attn.v_proj.bias");
    assertThat(model.sites()).isEqualTo(model().sites());
    CausalLm untied = ModelFolder.architecture(file(QWEN2, "tie_word_embeddings", "false"));
    assertThat(untied.headWeight()).isEqualTo("lm_head.weight");
    assertThat(untied.weights()).contains(new WeightSpec("lm_head.weight", Shape.of(256, 64)));
    CausalLm terse =
        ModelFolder.architecture(
            file(QWEN2, "max_position_embeddings", ABSENT, "layer_types", ABSENT));
    assertThat(terse.config().maxPositions()).isEqualTo(32_768);
  }

  @Test
  void slidingWindowsOfQwen2() {
    refused(
        file(QWEN2, "layer_types", "['full_attention','sliding_attention']"),
        ErrorCode.MODEL_UNSUPPORTED,
        List.of("'full_attention' in every layer", "'sliding_attention'"));
    refused(
        file(QWEN2, "layer_types", "'full_attention'"),
        ErrorCode.FILE_MALFORMED,
        List.of("a list of strings for 'layer_types'"));
    String[] old = {"layer_types", ABSENT, "sliding_window", "64", "use_sliding_window", "true"};
    assertThat(ModelFolder.architecture(file(QWEN2, old)).config().layers()).isEqualTo(2);
    List<String> sliding = new ArrayList<>(List.of(old));
    sliding.addAll(List.of("max_window_layers", "1"));
    refused(
        file(QWEN2, sliding.toArray(String[]::new)),
        ErrorCode.MODEL_UNSUPPORTED,
        List.of("expected false for 'use_sliding_window', received true"));
    sliding.addAll(List.of("use_sliding_window", "false"));
    assertThat(ModelFolder.architecture(file(QWEN2, sliding.toArray(String[]::new)))).isNotNull();
  }

  private static double[] frequencies(Path config, int headDim) {
    return Rope.read(ConfigFile.read(config), headDim).inverseFrequencies().toDoubles();
  }

  @Test
  void rotaryFrequenciesOfOldAndNewFiles() {
    double[] expected = new double[8];
    for (int j = 0; j < 8; j++) {
      expected[j] = (float) (1 / Math.pow(500_000, j / 8.0));
    }
    Path fresh = file("rope_parameters", "{'rope_type':'default','rope_theta':500000.0}");
    assertThat(frequencies(fresh, 16)).containsExactly(expected);
    Path old = file("rope_parameters", ABSENT, "rope_theta", "500000", "rope_scaling", "null");
    assertThat(frequencies(old, 16)).containsExactly(expected);
  }

  /** The values are those of transformers 5.24.0 (ROPE_INIT_FUNCTIONS["llama3"]). */
  @Test
  void rotaryFrequenciesOfLlama3() {
    String scaling =
        "'factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
            + "'original_max_position_embeddings':8192";
    Path fresh =
        file("rope_parameters", "{'rope_type':'llama3','rope_theta':500000.0," + scaling + "}");
    Path old =
        file(
            "rope_parameters",
            ABSENT,
            "rope_theta",
            "500000.0",
            "rope_scaling",
            "{'rope_type':'llama3'," + scaling + "}");
    double[] expected = {
      1.0,
      0.663601279258728,
      0.44036662578582764,
      0.2922278344631195,
      0.193922758102417,
      0.12868738174438477,
      0.08539710193872452,
      0.05666961893439293,
      0.03760603070259094,
      0.02495540864765644,
      0.016560440883040428,
      0.010989529080688953,
      0.00729266507551074,
      0.00483942124992609,
      0.0032114461064338684,
      0.0013718936825171113,
      0.0005248460220173001,
      0.0001785077911335975,
      7.784655463183299e-05,
      5.165906986803748e-05,
      3.428102354519069e-05,
      2.2748929040972143e-05,
      1.5096217794052791e-05,
      1.0017868589784484e-05,
      6.647869668086059e-06,
      4.411534519022098e-06,
      2.927499735960737e-06,
      1.9426925064180978e-06,
      1.289173155782919e-06,
      8.554969213037111e-07,
      5.677088097399974e-07,
      3.76732259610435e-07
    };
    for (Path config : List.of(fresh, old)) {
      double[] actual = frequencies(config, 64);
      assertThat(actual).hasSameSizeAs(expected);
      for (int j = 0; j < expected.length; j++) {
        assertThat(actual[j]).isCloseTo(expected[j], within(expected[j] * 1e-6));
      }
    }
  }
}
