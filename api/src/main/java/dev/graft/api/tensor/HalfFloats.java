package dev.graft.api.tensor;

/** Conversions of 16-bit floats, rounding to nearest even; NaN stays NaN. */
public final class HalfFloats {
  private HalfFloats() {}

  public static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  public static short toBf16(float value) {
    int b = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((b >>> 16) | 0x40);
    }
    return (short) ((b + 0x7fff + ((b >>> 16) & 1)) >>> 16);
  }

  public static float fromF16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int mantissa = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    if (exponent == 31) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << 13));
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }

  public static short toF16(float value) {
    int b = Float.floatToRawIntBits(value);
    int sign = (b >>> 16) & 0x8000;
    int magnitude = b & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x477ff000) { // rounds to at least 65520: infinity
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) { // subnormal half: a multiple of 2^-24
      double scaled = Math.rint(Math.abs((double) value) * 0x1p24);
      return (short) (sign | (int) scaled);
    }
    int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }
}
