package dev.graft.cli;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.GraphCompiler;
import dev.graft.models.Merge;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.WeightSpec;
import dev.graft.models.Weights;
import dev.graft.models.files.AtomicFolder;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * How far stored weights are from those in fp32.
 *
 * @param weight the weight that lost most
 * @param relative max |stored − fp32| / max |fp32| within it
 */
record WeightDrift(String weight, double relative) {
  /** Compares a merged folder with the same merge in fp32, made for this in a folder beside it. */
  static WeightDrift measure(
      ModelFolder base, SavedAdapter adapter, Path merged, GraphCompiler compiler) {
    Path target = merged.toAbsolutePath().normalize();
    Path exact = target.resolveSibling("." + target.getFileName() + ".fp32.tmp");
    AtomicFolder.delete(exact);
    try {
      Merge.write(base, adapter, exact, DType.F32, compiler);
      return largest(ModelFolder.open(target), ModelFolder.open(exact));
    } finally {
      AtomicFolder.delete(exact);
    }
  }

  private static WeightDrift largest(ModelFolder merged, ModelFolder exact) {
    Weights stored = merged.weights();
    Weights wanted = exact.weights();
    return exact.model().weights().stream()
        .map(WeightSpec::name)
        .map(n -> new WeightDrift(n, relative(stored.tensor(n), wanted.tensor(n))))
        .max(Comparator.comparingDouble(WeightDrift::relative))
        .orElseThrow();
  }

  private static double relative(HostTensor stored, HostTensor wanted) {
    double difference = 0;
    double largest = 0;
    for (long i = 0; i < wanted.shape().size(); i++) {
      double w = wanted.get(i);
      difference = Math.max(difference, Math.abs(stored.get(i) - w));
      largest = Math.max(largest, Math.abs(w));
    }
    return largest == 0 ? 0 : difference / largest;
  }
}
