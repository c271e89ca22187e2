package dev.graft.models;

import dev.graft.api.ops.Rotary;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.Locale;

/**
 * Rotary position embedding (arXiv 2104.09864): pair j of a head with d elements turns by position
 * · θ^(−2j/d). Settings stand in {@code rope_parameters}, or in older files in {@code rope_theta}
 * and {@code rope_scaling}. Types: {@code default}, and {@code llama3}, which slows the pairs of
 * long wavelength (Llama 3.1; transformers' {@code _compute_llama3_parameters}).
 */
final class Rope {
  private static final double DEFAULT_THETA = 10_000;

  /**
   * The tables that {@link Rotary} takes, [b, 1, t, d] each.
   *
   * @param cos cosines of the angles
   * @param sin sines of the angles
   */
  record Tables(Tensor cos, Tensor sin) {
    Tensor rotate(Tensor x) {
      return Rotary.of(x, cos, sin);
    }
  }

  private final HostTensor inverseFrequencies;

  private Rope(double[] inverseFrequencies) {
    this.inverseFrequencies =
        HostTensor.generate(
            DType.F32,
            Shape.of(1, 1, 1, inverseFrequencies.length),
            i -> inverseFrequencies[(int) i]);
  }

  /** Reads the settings of a {@code config.json} for heads of d elements. */
  static Rope read(ConfigFile config, int headDim) {
    if (headDim % 2 != 0) {
      throw config.unsupported("head_dim", "an even number", headDim);
    }
    boolean nested = config.has("rope_parameters");
    ConfigFile rope = nested ? config.object("rope_parameters") : config;
    double theta =
        rope.has("rope_theta")
            ? rope.number("rope_theta")
            : config.number("rope_theta", DEFAULT_THETA);
    for (ConfigFile c : new ConfigFile[] {rope, config}) {
      if (c.number("partial_rotary_factor", 1) != 1) {
        throw c.unsupported("partial_rotary_factor", "1", c.number("partial_rotary_factor"));
      }
    }
    double[] plain = new double[headDim / 2];
    for (int j = 0; j < plain.length; j++) {
      plain[j] = Math.pow(theta, -2.0 * j / headDim);
    }
    if (nested) {
      return scaled(rope, plain);
    }
    return config.has("rope_scaling")
        ? scaled(config.object("rope_scaling"), plain)
        : new Rope(plain);
  }

  private static Rope scaled(ConfigFile settings, double[] plain) {
    String key = settings.has("rope_type") ? "rope_type" : "type";
    String type = settings.text(key, "default").toLowerCase(Locale.ROOT);
    return switch (type) {
      case "default" -> new Rope(plain);
      case "llama3" ->
          new Rope(
              llama3(
                  plain,
                  settings.number("factor"),
                  settings.number("low_freq_factor"),
                  settings.number("high_freq_factor"),
                  settings.count("original_max_position_embeddings")));
      default -> throw settings.unsupported(key, "'default' or 'llama3'", "'" + type + "'");
    };
  }

  /**
   * Pairs that turn at least {@code high} times within the original length keep their frequency,
   * those that turn fewer than {@code low} times are slowed by {@code factor}, and between the two
   * the change is linear in the number of turns.
   */
  static double[] llama3(
      double[] plain, double factor, double low, double high, double originalLength) {
    double[] out = new double[plain.length];
    for (int j = 0; j < plain.length; j++) {
      double turns = originalLength * plain[j] / (2 * Math.PI);
      double keep = Math.min(1, Math.max(0, (turns - low) / (high - low)));
      out[j] = (1 - keep) * plain[j] / factor + keep * plain[j];
    }
    return out;
  }

  HostTensor inverseFrequencies() {
    return inverseFrequencies;
  }

  /**
   * Traces the tables in f32, then casts them.
   *
   * @param positions i64 [b, t]
   */
  Tables tables(Trace trace, Tensor positions, DType dtype) {
    int b = positions.dim(0);
    int t = positions.dim(1);
    Tensor half =
        positions.reshape(b, 1, t, 1).cast(DType.F32).times(trace.constant(inverseFrequencies));
    return new Tables(
        trace.concat(3, java.util.List.of(half.cos(), half.cos())).cast(dtype),
        trace.concat(3, java.util.List.of(half.sin(), half.sin())).cast(dtype));
  }
}
