package dev.graft.api.ops;

import java.nio.charset.StandardCharsets;

/**
 * The project's only source of randomness: a counter-based hash to 32 bits. Everything is done on
 * non-negative 64-bit integers below 2⁶³, so that any engine with 64-bit integers agrees bit for
 * bit. The mixing function is the two-round multiply-xorshift with the constants 0x21f0aaad and
 * 0x735a2d97 (both below 2³¹).
 */
public final class Noise {
  static final long MASK = 0xffffffffL;

  /** The factor of the mixing function's first round. */
  public static final long M1 = 0x21f0aaadL;

  /** The factor of the mixing function's second round. */
  public static final long M2 = 0x735a2d97L;

  /** What tells the second state, which is mixed in last, from the first. */
  public static final long GOLDEN = 0x9e3779b9L;

  private Noise() {}

  /** The 32-bit hash (FNV-1a of the UTF-8 bytes, mixed) that stands for a site's name. */
  public static long site(String name) {
    long h = 0x811c9dc5L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      h = ((h ^ (b & 0xff)) * 0x01000193L) & MASK;
    }
    return mix(h);
  }

  static long mix(long x) {
    x ^= x >>> 16;
    x = (x * M1) & MASK;
    x ^= x >>> 15;
    x = (x * M2) & MASK;
    return x ^ (x >>> 15);
  }

  /**
   * 32 random bits.
   *
   * @param seed the run's seed, non-negative
   * @param step the optimizer step
   * @param micro the micro-batch within the step
   * @param site from {@link #site(String)}
   * @param element the row-major index, below 2³²
   */
  public static long bits(long seed, long step, long micro, long site, long element) {
    long s = mix(seed & MASK);
    s = mix(s ^ (seed >>> 32));
    s = mix(s ^ (step & MASK));
    s = mix(s ^ (micro & MASK));
    s = mix(s ^ site);
    return mix(mix(element ^ s) ^ mix(s ^ GOLDEN));
  }

  /** A value in [0, 1) with 24 random bits, as {@link Uniform} gives it. */
  public static double uniform(long seed, long step, long micro, long site, long element) {
    return (bits(seed, step, micro, site, element) >>> 8) * 0x1p-24;
  }

  /** A standard normal value (Box–Muller over two elements of the stream). */
  public static double normal(long seed, long step, long micro, long site, long element) {
    double u = 1 - uniform(seed, step, micro, site, 2 * element);
    double v = uniform(seed, step, micro, site, 2 * element + 1);
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }
}
