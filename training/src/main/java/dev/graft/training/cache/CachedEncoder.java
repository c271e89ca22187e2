package dev.graft.training.cache;

import dev.graft.training.data.Encoded;
import dev.graft.training.data.ForwardingEncoder;
import dev.graft.training.data.TextEncoder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An encoder that asks a cache first; closing it keeps what it was asked for. */
public final class CachedEncoder extends ForwardingEncoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CachedEncoder.class);

  /** Stands for the tokens of a text that are in the file already. */
  static final byte[] IN_FILE = {};

  private final TokenFile known;
  private final TokenCache cache;
  private final Optional<Path> file;
  private final Map<TextKey, byte[]> used = new ConcurrentHashMap<>();
  private final AtomicInteger fresh = new AtomicInteger();
  private final AtomicLong freshBytes = new AtomicLong();
  private final long maxFreshBytes;

  /**
   * Wraps an encoder.
   *
   * @param maxFreshBytes how much memory new texts may take until they are kept; beyond that, none
   *     are
   */
  CachedEncoder(
      TextEncoder encoder,
      TokenFile known,
      TokenCache cache,
      Optional<Path> file,
      long maxFreshBytes) {
    super(encoder);
    this.maxFreshBytes = maxFreshBytes;
    this.known = known;
    this.cache = cache;
    this.file = file;
  }

  @Override
  public Encoded encode(String text) {
    if (file.isEmpty()) {
      return forward(text);
    }
    TextKey key = TextKey.of(text);
    byte[] bytes = known.get(key);
    if (bytes != null) {
      used.put(key, IN_FILE);
      return PackedTokens.unpack(bytes);
    }
    bytes = used.get(key);
    if (bytes != null) {
      return PackedTokens.unpack(bytes);
    }
    Encoded encoded = forward(text);
    if (freshBytes.get() <= maxFreshBytes) {
      byte[] packed = PackedTokens.pack(encoded);
      if (used.put(key, packed) == null) {
        fresh.incrementAndGet();
        freshBytes.addAndGet(packed.length);
      }
    }
    return encoded;
  }

  @Override
  public void close() {
    if (freshBytes.get() > maxFreshBytes) {
      LOG.info("does not keep the tokenized texts: they are more than {} bytes", maxFreshBytes);
    } else {
      file.ifPresent(f -> cache.keep(f, used, known, fresh.get()));
    }
  }
}
