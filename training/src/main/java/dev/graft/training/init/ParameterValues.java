package dev.graft.training.init;

import dev.graft.api.adapter.Initializer;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * First values of parameters, decided by the run's seed and the variable's name alone, so that they
 * do not depend on the engine or on what else is trained. Training draws its noise from step 1 on;
 * initialisation is step 0.
 */
public final class ParameterValues {
  private final long seed;
  private final int restart;

  /** Of the last weight that was taken apart: its factors are asked for one after the other. */
  private @Nullable LowRankFactors factors;

  private @Nullable Key factorsOf;

  private record Key(String of, Initializer.BaseFactor.Decomposition decomposition, int r) {}

  public ParameterValues(long seed) {
    this(seed, 0);
  }

  /**
   * First values after a restart.
   *
   * @param restart which one, from 1; 0 for the start of the run
   */
  public ParameterValues(long seed, int restart) {
    this.seed = seed;
    this.restart = restart;
  }

  /**
   * A parameter's first value, f32.
   *
   * @param variable the name of its variable
   * @param shape its shape; for {@link Initializer.BaseRowNorm} as many elements as the base weight
   *     has rows, for {@link Initializer.BaseColumnNorm} as it has columns
   * @param baseWeight the weight [rows, columns] of the parameter's site; asked for only by
   *     initializers that look at it
   */
  public HostTensor of(
      String variable, Shape shape, Initializer initializer, Supplier<HostTensor> baseWeight) {
    return HostTensor.generate(DType.F32, shape, element(variable, shape, initializer, baseWeight));
  }

  private LongToDoubleFunction element(
      String variable, Shape shape, Initializer initializer, Supplier<HostTensor> baseWeight) {
    long site = Noise.site(variable);
    if (initializer instanceof Initializer.Constant c) {
      return i -> c.value();
    }
    if (initializer instanceof Initializer.KaimingUniform k) {
      double bound = Math.sqrt(6 / ((1 + k.a() * k.a()) * shape.dim(-1)));
      return i -> (2 * Noise.uniform(seed, 0, restart, site, i) - 1) * bound;
    }
    if (initializer instanceof Initializer.Normal n) {
      return i -> n.std() * Noise.normal(seed, 0, restart, site, i);
    }
    if (initializer instanceof Initializer.BaseFactor f) {
      return factor(variable, shape, f, baseWeight);
    }
    HostTensor weight = baseWeight.get();
    int rows = weight.shape().dim(0);
    int columns = weight.shape().dim(1);
    // What is left of the sealed interface.
    return initializer instanceof Initializer.BaseRowNorm
        ? i -> norm(weight, i * columns, 1, columns)
        : i -> norm(weight, i, columns, rows);
  }

  private LongToDoubleFunction factor(
      String variable, Shape shape, Initializer.BaseFactor f, Supplier<HostTensor> baseWeight) {
    boolean in = f.side() == Initializer.BaseFactor.Side.IN;
    int r = shape.dim(in ? 0 : 1);
    String of = variable.substring(0, variable.lastIndexOf('.'));
    Key key = new Key(of, f.decomposition(), r);
    LowRankFactors found = factors;
    if (found == null || !key.equals(factorsOf)) {
      found =
          f.decomposition() == Initializer.BaseFactor.Decomposition.SINGULAR
              ? LowRankFactors.singular(baseWeight.get(), r)
              : LowRankFactors.orthogonal(baseWeight.get(), r);
      factors = found;
      factorsOf = key;
    }
    double[][] rows = in ? found.a() : found.b();
    double divisor =
        f.decomposition() == Initializer.BaseFactor.Decomposition.SINGULAR
            ? Math.sqrt(f.scale())
            : 1;
    int columns = shape.dim(1);
    return i -> {
      int row = (int) (i / columns);
      int column = (int) (i % columns);
      return (in ? rows[row][column] : rows[column][row]) / divisor;
    };
  }

  private static double norm(HostTensor weight, long start, int stride, int count) {
    double sum = 0;
    for (int j = 0; j < count; j++) {
      double w = weight.get(start + (long) j * stride);
      sum += w * w;
    }
    return Math.sqrt(sum);
  }
}
