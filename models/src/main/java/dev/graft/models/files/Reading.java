package dev.graft.models.files;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files with errors that name the file and what was expected of it. */
public final class Reading {
  private Reading() {}

  /**
   * A whole text file in UTF-8.
   *
   * @throws GraftException {@code file.missing}, {@code file.read}, or {@code file.malformed} when
   *     it is not UTF-8
   */
  public static String text(Path file) {
    try {
      return utf8(ByteBuffer.wrap(Files.readAllBytes(file)));
    } catch (CharacterCodingException e) {
      throw malformed(file, "expected text in UTF-8", e);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** Decodes UTF-8 strictly. */
  public static String utf8(ByteBuffer bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  public static GraftException failure(Path file, IOException e) {
    if (e instanceof NoSuchFileException || Files.notExists(file)) {
      return new GraftException(
          ErrorCode.FILE_MISSING,
          "expected the file '" + file + "', but there is none. Check the path.",
          e);
    }
    return new GraftException(
        ErrorCode.FILE_READ,
        "expected to read '" + file + "', but " + AtomicFile.reason(e) + ".",
        e);
  }

  public static GraftException malformed(Path file, String problem) {
    return new GraftException(ErrorCode.FILE_MALFORMED, file + ": " + problem);
  }

  public static GraftException malformed(Path file, String problem, Exception cause) {
    return new GraftException(ErrorCode.FILE_MALFORMED, file + ": " + problem, cause);
  }
}
