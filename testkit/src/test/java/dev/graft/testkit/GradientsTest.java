package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** {@code dev.graft.graph.Gradients} of every primitive and every composite. */
final class GradientsTest {
  @TestFactory
  Stream<DynamicTest> agreeWithFiniteDifferences() {
    List<OpCase> smooth =
        Stream.concat(PrimitiveCases.all().stream(), CompositeCases.all().stream())
            .filter(c -> !c.is(OpCase.Trait.NOT_SMOOTH) && !c.is(OpCase.Trait.ONE_DTYPE))
            .toList();
    assertThat(smooth).hasSizeGreaterThan(50);
    return smooth.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  private static void check(OpCase c) {
    CaseTrace t = c.trace(DType.F64);
    GradientChecks.check(c.name(), t.trace(), t.outputs(), t.feed(), t.floating());
  }

  @Test
  void aStoppedValueIsHeld() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(3), 0.5, -1, 2);
    GradientChecks.check(
        "x · stop(x²)",
        List.of(x),
        in -> List.of(in.get(0).times(in.get(0).square().stopGradient())));
  }

  @Test
  void adjointsThatDisagreeAreNamed() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(3), 0.5, 3e-6, 2); // a kink within the step
    assertThatThrownBy(
            () -> GradientChecks.check("abs", List.of(x), in -> List.of(in.get(0).abs())))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("abs: the gradient of input x0 f64[3] element 1")
        .hasMessageContaining("by finite differences");
  }
}
