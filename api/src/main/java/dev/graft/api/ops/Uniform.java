package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.List;

/**
 * Noise in [0, 1), f32, defined bit for bit by {@link Noise}: a hash of the run-time key (seed,
 * step, micro-batch; i64 [3]), the site and the element's row-major index. Every engine gives the
 * same values, and so does a resumed run.
 *
 * @param site the {@linkplain Noise#site hash} of a site's name
 * @param shape the shape of the result; fewer than 2³² elements
 */
public record Uniform(long site, Shape shape) implements Composite {
  public static Tensor of(Tensor key, String site, Shape shape) {
    return key.trace().composite(new Uniform(Noise.site(site), shape), List.of(key)).get(0);
  }

  @Override
  public String name() {
    return "uniform";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 1);
    Ops.dtype("the key", in.get(0), DType.I64);
    Ops.shape("the key", in.get(0), Shape.of(3));
    return List.of(new TensorType(DType.F32, shape));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor key = in.get(0);
    Trace t = key.trace();
    Tensor seed = key.slice(0, 0, 1);
    Tensor mask = t.fill((double) Noise.MASK, TensorType.of(DType.I64, 1));
    Tensor s = mix(seed.and(mask), mask);
    s = mix(s.xor(seed.shiftRight(32)), mask);
    s = mix(s.xor(key.slice(0, 1, 2).and(mask)), mask);
    s = mix(s.xor(key.slice(0, 2, 3).and(mask)), mask);
    s = mix(s.xor(t.fill((double) site, mask.type())), mask);
    Tensor second = mix(s.xor(t.fill((double) Noise.GOLDEN, mask.type())), mask);
    int n = (int) shape.size();
    Tensor bits = mix(mix(t.iota(0, n).xor(s), mask).xor(second), mask);
    Tensor u = bits.shiftRight(8).cast(DType.F32).times(0x1p-24);
    return List.of(u.reshape(shape));
  }

  private static Tensor mix(Tensor x, Tensor mask) {
    Tensor a = x.xor(x.shiftRight(16));
    Tensor b = multiply(a, Noise.M1).and(mask);
    Tensor c = b.xor(b.shiftRight(15));
    Tensor d = multiply(c, Noise.M2).and(mask);
    return d.xor(d.shiftRight(15));
  }

  private static Tensor multiply(Tensor x, long by) {
    return x.times(x.trace().fill((double) by, TensorType.of(DType.I64, 1)));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 20 * shape.size();
  }
}
