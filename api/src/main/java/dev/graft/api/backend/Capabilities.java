package dev.graft.api.backend;

import dev.graft.api.tensor.DType;
import java.util.Set;

/**
 * What a backend declares. The test kit proves both ways: what is declared works, what is not is
 * refused with {@code backend.unsupported}.
 *
 * @param device where it computes, for people, for example {@code cpu (2 threads)}
 * @param dtypes the dtypes of variables and graph values; at least f32, i64 and bool
 * @param fused names of the composites that it runs whole
 * @param maxVariableBytes the largest variable
 */
public record Capabilities(
    String device, Set<DType> dtypes, Set<String> fused, long maxVariableBytes) {
  public Capabilities {
    dtypes = Set.copyOf(dtypes);
    fused = Set.copyOf(fused);
  }
}
