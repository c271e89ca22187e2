package dev.graft.training.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.training.data.Encoded;
import dev.graft.training.data.TextEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCacheTest {
  private static final List<String> TEXTS =
      List.of("", "one", "K\u00f6ln \ud83d\ude00", "x".repeat(3000), "two");

  @TempDir Path temp;
  private Path folder;
  private Path data;
  private final AtomicInteger calls = new AtomicInteger();

  @BeforeEach
  void files() throws IOException {
    folder = temp.resolve("a").resolve("cache");
    data = Files.writeString(temp.resolve("data.json"), "[]");
  }

  /** Ids that use all widths, and spans that overlap, as those of a byte-level tokenizer may. */
  private final class Counting implements TextEncoder {
    private final String identity;

    Counting(String identity) {
      this.identity = identity;
    }

    @Override
    public Encoded encode(String text) {
      calls.incrementAndGet();
      int n = text.length();
      int[] ids = new int[n];
      int[] starts = new int[n];
      int[] ends = new int[n];
      for (int i = 0; i < n; i++) {
        ids[i] = text.charAt(i) * (i % 7 == 0 ? 30_000 : 1);
        starts[i] = i % 3 == 2 ? i - 1 : i;
        ends[i] = Math.min(n, i + 1 + i % 5);
      }
      return new Encoded(ids, starts, ends);
    }

    @Override
    public int eosId() {
      return 0;
    }

    @Override
    public OptionalInt bosId() {
      return OptionalInt.empty();
    }

    @Override
    public int vocabSize() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Optional<String> identity() {
      return Optional.of(identity);
    }
  }

  private TokenCache cache(long maxBytes) {
    return new TokenCache(Optional.of(folder), maxBytes, 2, 1 << 20);
  }

  private static String shown(Encoded e) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < e.size(); i++) {
      out.append(e.id(i)).append(':').append(e.start(i)).append('-').append(e.end(i)).append(' ');
    }
    return out.toString();
  }

  /** Encodes texts and checks them against the encoder itself; how many calls that took. */
  private int encode(TokenCache cache, String identity, List<String> texts) {
    calls.set(0);
    List<String> shown = new ArrayList<>();
    try (CachedEncoder e = cache.open(new Counting(identity), List.of(data))) {
      texts.forEach(t -> shown.add(shown(e.encode(t))));
    }
    int count = calls.get();
    assertThat(shown).isEqualTo(texts.stream().map(t -> shown(plain(t))).toList());
    return count;
  }

  private Encoded plain(String text) {
    return new Counting("").encode(text);
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void tokenizesATextOnce() throws IOException {
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isZero();
    assertThat(encode(cache(1 << 20), "t", List.of("one", "one", "three", "four"))).isEqualTo(2);
    // What is kept is what was used last.
    assertThat(encode(cache(1 << 20), "t", List.of("one", "three", "four"))).isZero();
    assertThat(encode(cache(1 << 20), "t", List.of("two"))).isEqualTo(1);
    assertThat(cached()).hasSize(1);
  }

  @Test
  void otherTokenizersAndDataHaveOtherFiles() throws IOException {
    encode(cache(1 << 20), "t", TEXTS);
    assertThat(encode(cache(1 << 20), "u", TEXTS)).isEqualTo(5);
    Files.writeString(data, "[ ]");
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
    assertThat(cached()).hasSize(3);
  }

  @Test
  void fewTextsAreNotKept() {
    encode(cache(1 << 20), "t", List.of("one"));
    assertThat(folder).doesNotExist();
  }

  @Test
  void tooManyTokensAreNotKept() {
    TokenCache small = new TokenCache(Optional.of(folder), 1 << 20, 2, 3000);
    assertThat(encode(small, "t", TEXTS)).isEqualTo(5);
    assertThat(folder).doesNotExist();
    assertThat(encode(small, "t", List.of("one", "two"))).isEqualTo(2);
    assertThat(folder).exists();
  }

  @Test
  void damagedFilesAreMadeAnew() throws IOException {
    encode(cache(1 << 20), "t", TEXTS);
    Path file = cached().get(0);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
      assertThat(file).hasBinaryContent(whole);
    }
    for (int length : new int[] {0, 7, 100, whole.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
      assertThat(file).hasBinaryContent(whole);
    }
  }

  /** A run that was killed while it wrote leaves a temporary file and no other. */
  @Test
  void aTemporaryFileThatWasLeftBehindDoesNotMatter() throws IOException {
    encode(cache(1 << 20), "t", TEXTS);
    Path file = cached().get(0);
    Path temporary = folder.resolve("." + file.getFileName() + ".tmp");
    Files.move(file, temporary);
    Files.write(temporary, new byte[] {1, 2, 3});
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isZero();
    assertThat(cached()).containsExactly(file);
  }

  @Test
  void aFolderThatCannotBeWrittenStopsNothing() throws IOException {
    Files.createDirectories(folder.getParent());
    Files.writeString(folder, "a file where the folder should be");
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
    assertThat(encode(cache(1 << 20), "t", TEXTS)).isEqualTo(5);
  }

  @Test
  void whatWasNotUsedForLongestIsRemoved() throws IOException {
    encode(cache(1 << 20), "a", TEXTS);
    Path a = cached().get(0);
    encode(cache(1 << 20), "b", TEXTS);
    Path b = cached().stream().filter(f -> !f.equals(a)).findFirst().orElseThrow();
    Files.setLastModifiedTime(a, FileTime.fromMillis(2_000));
    Files.setLastModifiedTime(b, FileTime.fromMillis(1_000));
    encode(cache(2 * Files.size(a)), "c", TEXTS);
    assertThat(cached()).hasSize(2).contains(a).doesNotContain(b);
    // Use makes young.
    encode(cache(1 << 20), "a", TEXTS);
    assertThat(Files.getLastModifiedTime(a).toMillis()).isGreaterThan(2_000);
  }

  @Test
  void theEnvironmentSaysWhere() {
    assertThat(TokenCache.folder(Map.of("GRAFT_CACHE", "off"), "/h")).isEmpty();
    assertThat(TokenCache.folder(Map.of("GRAFT_CACHE", "/c", "XDG_CACHE_HOME", "/x"), "/h"))
        .contains(Path.of("/c"));
    assertThat(TokenCache.folder(Map.of("XDG_CACHE_HOME", "/x"), "/h"))
        .contains(Path.of("/x/graft"));
    assertThat(TokenCache.folder(Map.of(), "/h")).contains(Path.of("/h/.cache/graft"));
    assertThat(TokenCache.folder(Map.of(), "")).isEmpty();
  }
}
