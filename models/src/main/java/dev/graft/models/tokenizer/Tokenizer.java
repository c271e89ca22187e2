package dev.graft.models.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The tokenizer of a model folder: {@code tokenizer.json}, with roles of tokens and the chat
 * template from {@code tokenizer_config.json} and {@code chat_template.jinja}. Nothing is truncated
 * or padded, and no special tokens are added: a caller that wants a start of text puts {@link
 * #bosId} there.
 */
public final class Tokenizer implements AutoCloseable {
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final Path folder;
  private final TokenizerFiles files;
  private final HuggingFaceTokenizer tokenizer;
  private final OptionalInt bosId;
  private final boolean addsBos;

  private Tokenizer(Path folder, TokenizerFiles files, HuggingFaceTokenizer tokenizer) {
    this.folder = folder;
    this.files = files;
    this.tokenizer = tokenizer;
    this.bosId = files.roleId("bos");
    this.addsBos = files.addBos().orElseGet(this::addsBosByItself);
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @throws GraftException {@code tokenizer} when its files are missing or malformed
   */
  public static Tokenizer open(Path folder) {
    TokenizerFiles files = new TokenizerFiles(folder);
    Path file = folder.resolve(TokenizerFiles.TOKENIZER);
    // The library looks for its native part with the thread's loader, which may be another's.
    Thread thread = Thread.currentThread();
    ClassLoader threads = thread.getContextClassLoader();
    thread.setContextClassLoader(Tokenizer.class.getClassLoader());
    try {
      return new Tokenizer(folder, files, HuggingFaceTokenizer.newInstance(file, OPTIONS));
    } catch (IOException | RuntimeException e) {
      throw new GraftException(
          ErrorCode.TOKENIZER,
          file
              + ": expected a tokenizer of Hugging Face's tokenizers, but it cannot be used: "
              + e.getMessage()
              + ". Fetch it again.",
          e);
    } finally {
      thread.setContextClassLoader(threads);
    }
  }

  /** Whether a folder holds a tokenizer. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(TokenizerFiles.TOKENIZER));
  }

  private boolean addsBosByItself() {
    long[] with = tokenizer.encode("a", true, false).getIds();
    long[] without = tokenizer.encode("a", false, false).getIds();
    return bosId.isPresent() && with.length > without.length && with[0] == bosId.getAsInt();
  }

  /**
   * Splits a text.
   *
   * @throws GraftException {@code tokenizer} when it holds half of a surrogate pair
   */
  public Encoding encode(String text) {
    checkWellFormed(text);
    return encoding(text, tokenizer.encode(text, false, false));
  }

  /** Splits many texts at once, which is faster. */
  public List<Encoding> encodeAll(List<String> texts) {
    if (texts.isEmpty()) {
      return List.of();
    }
    texts.forEach(Tokenizer::checkWellFormed);
    ai.djl.huggingface.tokenizers.Encoding[] encoded = tokenizer.batchEncode(texts, false, false);
    Encoding[] out = new Encoding[encoded.length];
    Arrays.setAll(out, i -> encoding(texts.get(i), encoded[i]));
    return List.of(out);
  }

  private static void checkWellFormed(String text) {
    int at = 0;
    while (at < text.length()) {
      // A pair is one code point; half of one is a code point that is a surrogate itself.
      int codePoint = text.codePointAt(at);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new GraftException(
            ErrorCode.TOKENIZER,
            "expected text of whole characters, received half of a surrogate pair at index "
                + at
                + " (\\u"
                + Integer.toHexString(codePoint)
                + "). Mend the escape in the data.");
      }
      at += Character.charCount(codePoint);
    }
  }

  private static Encoding encoding(String text, ai.djl.huggingface.tokenizers.Encoding encoded) {
    int[] units = unitsOfCodePoints(text);
    long[] ids = encoded.getIds();
    CharSpan[] spans = encoded.getCharTokenSpans();
    int[] outIds = new int[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      outIds[i] = Math.toIntExact(ids[i]);
      starts[i] = units[spans[i].getStart()];
      ends[i] = units[spans[i].getEnd()];
    }
    return new Encoding(outIds, starts, ends);
  }

  /** Where every code point begins in UTF-16 units; the last entry is the length. */
  private static int[] unitsOfCodePoints(String text) {
    int[] units = new int[text.codePointCount(0, text.length()) + 1];
    int at = 0;
    for (int i = 0; i < units.length - 1; i++) {
      units[i] = at;
      at += Character.charCount(text.codePointAt(at));
    }
    units[units.length - 1] = at;
    return units;
  }

  /** The text of ids, with special tokens as they are written. */
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  /** The text of ids; ids that have no token have no text. */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    return wide.length == 0 ? "" : tokenizer.decode(wide, skipSpecialTokens);
  }

  /** Decodes a text token by token, for showing it while it is generated. */
  public StreamingDecoder streamingDecoder(boolean skipSpecialTokens) {
    return new StreamingDecoder(this, skipSpecialTokens);
  }

  /** One more than the largest id; a model's vocabulary may be padded beyond it. */
  public int vocabSize() {
    return files.vocabSize();
  }

  /** The id of a token as the vocabulary writes it, for example {@code <|im_end|>}. */
  public OptionalInt id(String token) {
    return files.id(token);
  }

  /** Whether an id is one of the tokenizer's special tokens. */
  public boolean isSpecial(int id) {
    return files.isSpecial(id);
  }

  /** The id that starts a text. */
  public OptionalInt bosId() {
    return bosId;
  }

  /** The id that ends a text. */
  public OptionalInt eosId() {
    return files.roleId("eos");
  }

  /** The id for padding. */
  public OptionalInt padId() {
    return files.roleId("pad");
  }

  /** The text of the token that starts a text, as chat templates want it. */
  public Optional<String> bosToken() {
    return files.tokenText("bos_token");
  }

  /** The text of the token that ends a text. */
  public Optional<String> eosToken() {
    return files.tokenText("eos_token");
  }

  /**
   * Whether texts of this model begin with {@link #bosId}: {@code add_bos_token} where it is said,
   * else what the tokenizer's own post-processing does.
   */
  public boolean addsBos() {
    return addsBos;
  }

  /** The chat template's text, in Jinja; empty where the folder has none. */
  public Optional<String> chatTemplate() {
    return files.chatTemplate();
  }

  /** The files that make the tokenizer, those that are there. */
  public List<Path> files() {
    return files(folder);
  }

  /**
   * The SHA-256 of the names and contents of the tokenizer's files, in hexadecimal.
   *
   * @throws GraftException {@code file.read}
   */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files(folder)) {
        byte[] content = Files.readAllBytes(file);
        String head = file.getFileName() + " " + content.length + "\n";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** The files of a folder's tokenizer, those that are there. */
  public static List<Path> files(Path folder) {
    return Stream.of(
            TokenizerFiles.TOKENIZER,
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            "generation_config.json")
        .map(folder::resolve)
        .filter(Files::exists)
        .toList();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
