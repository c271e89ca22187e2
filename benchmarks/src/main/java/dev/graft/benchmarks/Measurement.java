package dev.graft.benchmarks;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one process measured, as it prints it.
 *
 * @param label which of the things that it timed
 * @param seconds every time
 * @param cpu processor seconds of every time
 * @param tokens of one time
 * @param gflop of one time; 0 where that is not counted
 * @param peakMegabytes the most memory that the process had
 * @param loss the mean over all steps, where that is compared
 * @param firstStep seconds from the start of the process to the end of its first step
 * @param secondHalf how fast the second half of its steps was, as a multiple of the first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Measurement(
    @JsonProperty("label") String label,
    @JsonProperty("seconds") List<Double> seconds,
    @JsonProperty("cpu") List<Double> cpu,
    @JsonProperty("tokens") double tokens,
    @JsonProperty("gflop") double gflop,
    @JsonProperty("peak_mb") long peakMegabytes,
    @JsonProperty("mean_loss") @Nullable Double loss,
    @JsonProperty("first_step_s") @Nullable Double firstStep,
    @JsonProperty("second_half") @Nullable Double secondHalf) {
  Measurement {
    seconds = List.copyOf(seconds);
    cpu = List.copyOf(cpu);
  }

  /** The measurement that a line holds; libraries print other lines. */
  static Optional<Measurement> read(String line) throws JsonProcessingException {
    return line.startsWith("{\"label\"")
        ? Optional.of(new ObjectMapper().readValue(line, Measurement.class))
        : Optional.empty();
  }
}
