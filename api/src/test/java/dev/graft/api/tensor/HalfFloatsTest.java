package dev.graft.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {
  @Test
  void everyBitPatternSurvivesTheRoundTrip() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float bf16 = HalfFloats.fromBf16((short) bits);
      float f16 = HalfFloats.fromF16((short) bits);
      if (Float.isNaN(bf16)) {
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(bf16))).isNaN();
      } else {
        assertThat(HalfFloats.toBf16(bf16)).isEqualTo((short) bits);
      }
      if (Float.isNaN(f16)) {
        assertThat(HalfFloats.fromF16(HalfFloats.toF16(f16))).isNaN();
      } else {
        assertThat(HalfFloats.toF16(f16)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundsToTheNearestValueAndTiesToEven() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isNaN(value)) {
        continue;
      }
      checkNearest(value, HalfFloats.toBf16(value), HalfFloats::fromBf16);
      float small = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 26));
      checkNearest(small, HalfFloats.toF16(small), HalfFloats::fromF16);
    }
    assertThat(HalfFloats.fromF16(HalfFloats.toF16(65519.996f))).isEqualTo(65504f);
    assertThat(HalfFloats.fromF16(HalfFloats.toF16(65520f))).isInfinite();
    assertThat(HalfFloats.fromF16(HalfFloats.toF16(0x1p-25f))).isEqualTo(0f);
    assertThat(HalfFloats.fromF16(HalfFloats.toF16(0x1.8p-25f))).isEqualTo(0x1p-24f);
  }

  private static void checkNearest(float value, short bits, Function<Short, Float> decode) {
    float chosen = decode.apply(bits);
    if (Float.isInfinite(chosen)) {
      return; // the neighbours of infinity are checked by hand
    }
    double error = Math.abs((double) chosen - value);
    for (int step : new int[] {-1, 1}) {
      float neighbour = decode.apply((short) (bits + step));
      if (Float.isFinite(neighbour)) {
        double other = Math.abs((double) neighbour - value);
        boolean evenTie = other == error && (bits & 1) == 0;
        assertThat(error < other || evenTie || neighbour == chosen)
            .as("%s became %s, its neighbour is %s", value, chosen, neighbour)
            .isTrue();
      }
    }
  }
}
