package dev.graft.testkit;

import dev.graft.api.tensor.DType;

/**
 * How far an engine's values may be from the float64 reference: the largest absolute difference
 * within one output, relative to that output's largest magnitude. Both sides start from the same
 * inputs, already rounded to the dtype.
 */
enum Tolerance {
  /** Moved, chosen, counted or compared: every bit counts. */
  EXACT(0, 0, 0),
  /** One function of every element. */
  ELEMENTWISE(1e-12, 2e-6, 1e-2),
  /** Sums; bf16 sums accumulate wider than bf16. */
  REDUCTION(1e-12, 5e-6, 1e-2),
  /** Matrix products. */
  PRODUCT(1e-12, 1e-5, 1e-2),
  /** Composites, whose intermediate values are rounded too. */
  COMPOSITE(1e-12, 1e-5, 2e-2);

  /** Outputs smaller than this are compared as if their largest magnitude were this. */
  private static final double FLOOR = 1e-3;

  private final double f64;
  private final double f32;
  private final double bf16;

  Tolerance(double f64, double f32, double bf16) {
    this.f64 = f64;
    this.f32 = f32;
    this.bf16 = bf16;
  }

  /** The relative tolerance of values computed in a dtype. */
  double relative(DType dtype) {
    return switch (dtype) {
      case F64 -> f64;
      case F32 -> f32;
      case BF16, F16 -> bf16;
      case I64, BOOL -> 0;
    };
  }

  /** The largest absolute difference allowed for an output of the given largest magnitude. */
  double absolute(DType dtype, double magnitude) {
    return relative(dtype) * Math.max(magnitude, FLOOR);
  }
}
