package dev.graft.training.cache;

import dev.graft.api.error.GraftException;
import dev.graft.training.data.TextEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokenized texts on disk: a file for every tokenizer and set of data files, named by the SHA-256
 * of their contents. Texts are found in it by what they say, so that masks, templates and every
 * other key of a recipe may change; a text that is not there is tokenized. The tokens are the same
 * with and without it. Whatever fails about it costs time only: it is warned of once, and the run
 * goes on.
 */
public final class TokenCache {
  private static final Logger LOG = LoggerFactory.getLogger(TokenCache.class);
  private static final String SUFFIX = ".tokens";
  private static final long MAX_BYTES = 4L << 30;
  private static final int MIN_TEXTS = 1000;
  private static final int HEAP_PART = 8;
  private static final int BUFFER = 1 << 20;

  private final Optional<Path> folder;
  private final long maxBytes;
  private final int minTexts;
  private final long maxFreshBytes;

  /**
   * A cache in a folder.
   *
   * @param folder where its files lie; empty for no cache
   * @param maxBytes when its files are larger together, those not used for longest are removed
   * @param minTexts how many texts have to be new for a file to be written
   * @param maxFreshBytes how much memory new texts may take until the file is written
   */
  TokenCache(Optional<Path> folder, long maxBytes, int minTexts, long maxFreshBytes) {
    this.maxFreshBytes = maxFreshBytes;
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.minTexts = minTexts;
  }

  /**
   * The user's: in {@code GRAFT_CACHE}, where {@code off} is none; else in {@code graft} under
   * {@code XDG_CACHE_HOME} or {@code ~/.cache}. At most 4 GiB, and only of data sets with at least
   * 1,000 texts and new tokens that fit an eighth of the heap (about 3 bytes a token).
   */
  public static TokenCache ofUser() {
    return new TokenCache(
        folder(System.getenv(), System.getProperty("user.home", "")),
        MAX_BYTES,
        MIN_TEXTS,
        Runtime.getRuntime().maxMemory() / HEAP_PART);
  }

  static Optional<Path> folder(Map<String, String> environment, String home) {
    String set = environment.getOrDefault("GRAFT_CACHE", "");
    if (!set.isBlank()) {
      return set.equals("off") ? Optional.empty() : Optional.of(Path.of(set));
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!xdg.isBlank()) {
      return Optional.of(Path.of(xdg, "graft"));
    }
    return home.isBlank() ? Optional.empty() : Optional.of(Path.of(home, ".cache", "graft"));
  }

  /**
   * An encoder that takes texts from the cache where they are there, and puts the others there when
   * it is closed. It may be used by several threads at once where the given one may.
   *
   * @param data the files that the texts come from
   */
  public CachedEncoder open(TextEncoder encoder, List<Path> data) {
    Optional<String> identity = folder.isEmpty() ? Optional.empty() : encoder.identity();
    if (identity.isEmpty()) {
      return new CachedEncoder(encoder, TokenFile.EMPTY, this, Optional.empty(), 0);
    }
    Path file = folder.orElseThrow().resolve(key(identity.get(), data) + SUFFIX);
    return new CachedEncoder(encoder, read(file), this, Optional.of(file), maxFreshBytes);
  }

  private static TokenFile read(Path file) {
    if (!Files.exists(file)) {
      return TokenFile.EMPTY;
    }
    try {
      TokenFile tokens = TokenFile.read(file);
      LOG.info("takes {} tokenized texts from {}", tokens.size(), file);
      return tokens;
    } catch (IOException e) {
      LOG.warn("cannot use tokenized texts in {}, tokenizes anew: {}", file, e.getMessage());
      return TokenFile.EMPTY;
    }
  }

  private static String key(String identity, List<Path> data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((TokenFile.VERSION + " " + identity).getBytes(StandardCharsets.UTF_8));
      for (Path file : data) {
        digest.update(contents(file));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] contents(Path file) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      // It has just been read as data; what it says is looked up text by text in any case.
      LOG.warn("cannot read {} again for the cache: {}", file, e.getMessage());
    }
    return digest.digest();
  }

  /** Keeps the texts of a run, if enough of them are new, and marks the file as used. */
  void keep(Path file, Map<TextKey, byte[]> used, TokenFile known, int fresh) {
    try {
      if (fresh >= minTexts) {
        Files.createDirectories(folder.orElseThrow());
        if (TokenFile.write(file, known, used)) {
          LOG.info("keeps {} tokenized texts in {}", used.size(), file);
          evict(file);
        }
      } else if (Files.exists(file)) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      }
    } catch (IOException | GraftException e) {
      LOG.warn("cannot keep tokenized texts in {}, goes on without: {}", file, e.getMessage());
    }
  }

  /** Removes the files not used for longest, never the given one. */
  private void evict(Path kept) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.orElseThrow())) {
      files = all.filter(f -> f.toString().endsWith(SUFFIX) && !f.equals(kept)).toList();
    }
    long bytes = Files.size(kept);
    for (Path file : files.stream().sorted(Comparator.comparing(TokenCache::used)).toList()) {
      bytes += file.toFile().length();
    }
    for (Path file : files.stream().sorted(Comparator.comparing(TokenCache::used)).toList()) {
      if (bytes <= maxBytes) {
        return;
      }
      bytes -= file.toFile().length();
      Files.deleteIfExists(file);
      LOG.info("removed {}, which was not used for longest", file);
    }
  }

  private static long used(Path file) {
    return file.toFile().lastModified();
  }
}
