package dev.graft.training.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.models.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code events.json} is what TensorBoard 2.21.0 reads in {@code events.out.tfevents}, by {@code
 * read_events.py} beside it; the writer is held to these very bytes.
 */
final class EventFileTest {
  private static final List<Scalar> SCALARS =
      List.of(
          new Scalar("eval/loss", 0, 5.25, 1000.125),
          new Scalar("train/loss", 1, 1 / 3.0, 1000.5),
          new Scalar("train/learning_rate", 1, 1e-4, 1000.5),
          new Scalar("train/grad_norm", 127, Double.NaN, 1001.25),
          new Scalar("train/tokens_per_second", 128, 1e30, 1002),
          new Scalar("measure/Übung – 問", 300_000_000_000L, -1e-30, 1.7e9 + 0.001));

  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = EventFileTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private Path write(List<Scalar> scalars) {
    try (EventFile out = EventFile.begin(folder.resolve("tensorboard"), 999.75)) {
      scalars.forEach(out::write);
    }
    return EventReader.only(folder.resolve("tensorboard"));
  }

  @Test
  void checksumsAreTheStandardsAndMaskedAsTheFormatSays() {
    byte[] digits = "123456789".getBytes(StandardCharsets.UTF_8);
    assertThat(RecordFrame.crc32c(digits, digits.length)).isEqualTo(0xE3069283);
    assertThat(EventReader.crc32c(ByteBuffer.wrap(digits))).isEqualTo(0xE3069283);
    // RFC 3720, B.4
    assertThat(RecordFrame.crc32c(new byte[32], 32)).isEqualTo(0x8A9136AA);
    long crc = 0xE3069283L;
    long masked = (((crc >> 15) | (crc << 17)) & 0xFFFFFFFFL) + 0xa282ead8L;
    assertThat(RecordFrame.masked((int) crc)).isEqualTo((int) masked);
    assertThat(RecordFrame.masked(0)).isEqualTo(0xa282ead8);
  }

  @Test
  void aFileIsWhatTensorBoardReads() throws IOException {
    Path file = write(SCALARS);
    assertThat(file.getFileName()).hasToString("events.out.tfevents.0000000999.graft");
    assertThat(Files.readAllBytes(file)).isEqualTo(resource("events.out.tfevents"));
    List<Scalar> read = new ArrayList<>();
    for (JsonNode e : Json.mapper().readTree(resource("events.json"))) {
      JsonNode value = e.get("value");
      read.add(
          new Scalar(
              e.get("tag").asText(),
              e.get("step").asLong(),
              value.isNull() ? Double.NaN : value.asDouble(),
              e.get("wall_time").asDouble()));
    }
    assertThat(read).isEqualTo(SCALARS.stream().map(EventFileTest::rounded).toList());
    assertThat(EventReader.scalars(file)).isEqualTo(read);
  }

  private static Scalar rounded(Scalar s) {
    return new Scalar(s.tag(), s.step(), (float) s.value(), s.time());
  }

  @Test
  void aFileThatWasCutShortKeepsWhatCameBefore() throws IOException {
    Path file = write(SCALARS);
    byte[] all = Files.readAllBytes(file);
    List<Scalar> whole = EventReader.scalars(file);
    Files.write(file, Arrays.copyOf(all, all.length - 5));
    assertThat(EventReader.scalars(file)).isEqualTo(whole.subList(0, whole.size() - 1));
  }

  @Test
  void numbersAreSeenOnceTheyAreFlushed() {
    Path events = folder.resolve("tensorboard");
    try (EventFile out = EventFile.begin(events, 1)) {
      out.write(SCALARS.get(0));
      out.flush();
      assertThat(EventReader.scalars(EventReader.only(events))).hasSize(1);
      for (int i = 0; i < 5000; i++) {
        out.write(new Scalar("train/loss", i, i, i));
      }
      // More than is kept back.
      assertThat(EventReader.scalars(EventReader.only(events))).hasSizeGreaterThan(2000);
    }
    assertThat(EventReader.scalars(EventReader.only(events))).hasSize(5001);
  }

  @Test
  void aFolderHoldsOneFileHoweverOftenItIsBegun() {
    write(SCALARS);
    assertThat(EventReader.scalars(write(SCALARS.subList(0, 2)))).hasSize(2);
  }

  @Test
  void linesOfMetricsBecomeScalars() throws IOException {
    String step =
        """
        {"type":"step","step":3,"epoch":0.5,"loss":2.5,"lr":0.01,"grad_norm":"NaN","tokens":7,
         "tokens_per_second":70,"time":12.5}""";
    assertThat(Scalar.of(Json.mapper().readTree(step), 99))
        .containsExactly(
            new Scalar("train/loss", 3, 2.5, 12.5),
            new Scalar("train/learning_rate", 3, 0.01, 12.5),
            new Scalar("train/tokens_per_second", 3, 70, 12.5));
    String measure = "{\"type\":\"measure\",\"step\":4,\"values\":{\"facts\":0.5,\"loss\":1}}";
    assertThat(Scalar.of(Json.mapper().readTree(measure), 99))
        .containsExactly(
            new Scalar("measure/facts", 4, 0.5, 99), new Scalar("measure/loss", 4, 1, 99));
    assertThat(Scalar.of(Json.mapper().readTree("{\"type\":\"other\",\"step\":4}"), 99)).isEmpty();
  }
}
