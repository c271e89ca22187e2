package dev.graft.models.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void replacesTheContentWhole() throws IOException {
    Path file = folder.resolve("f");
    AtomicFile.writeString(file, "a long first content");
    AtomicFile.writeString(file, "é");
    assertThat(file).hasContent("é");
    assertThat(folder.toFile().list()).containsExactly("f");
  }

  @Test
  void aFullDiskLeavesTheOldContentAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      AtomicFile.writeFully(channel, ByteBuffer.allocate(100));
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_WRITE);
              assertThat(e.getMessage())
                  .contains(file.toString(), "No space left on device", "Nothing was left behind");
            });
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("f");
  }

  @Test
  void whatAKilledWriterLeftIsOverwritten() throws IOException {
    Files.writeString(folder.resolve(".f.tmp"), "a part that is longer than the new content");
    AtomicFile.writeString(folder.resolve("f"), "new");
    assertThat(folder.resolve("f")).hasContent("new");
    assertThat(folder.toFile().list()).containsExactly("f");
  }
}
