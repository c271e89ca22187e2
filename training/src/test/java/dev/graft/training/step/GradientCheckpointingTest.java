package dev.graft.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Cost;
import dev.graft.models.CausalLm;
import dev.graft.models.Forward;
import dev.graft.models.ModelFolder;
import dev.graft.training.optim.Optimizer;
import dev.graft.training.optim.Optimizers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a step's graph holds; that numbers stay the same is in {@link TrainStepTest}. */
final class GradientCheckpointingTest {
  private static final BatchShape SHAPE = new BatchShape(4, 128, 8);
  private static final StepOptions CHECKPOINTED = new StepOptions(1, 0, true);

  private final ModelFolder folder = new LlamaFixture().model();
  private final Optimizer sgd = Optimizers.create("sgd", Map.of(), 0);

  private StepGraphs graphs(CausalLm model, StepOptions options) {
    return new StepGraphs(TrainedModel.full(model, DType.F32), sgd, options);
  }

  @Test
  void aStepComputesMoreAndHoldsLess() {
    Cost keeping = Cost.of(graphs(folder.model(), new StepOptions(1, 0, false)).whole(SHAPE));
    Cost again = Cost.of(graphs(folder.model(), CHECKPOINTED).whole(SHAPE));
    assertThat(again.flops()).isGreaterThan(keeping.flops());
    assertThat(again.peakBytes()).isLessThan(keeping.peakBytes() * 3 / 4);
  }

  @Test
  void aModelThatNamesNoBlocksIsRefused() {
    GraftException e =
        catchThrowableOfType(
            GraftException.class,
            () -> graphs(withoutBlocks(folder.model()), CHECKPOINTED).whole(SHAPE));
    assertThat(e.code()).isEqualTo(ErrorCode.MODEL_UNSUPPORTED);
    assertThat(e).hasMessageContaining("gradient_checkpointing");
  }

  /** A model whose passes are not told what is between its blocks. */
  private static CausalLm withoutBlocks(CausalLm model) {
    return proxy(
        CausalLm.class,
        model,
        (method, arguments) -> {
          if (method.equals("hidden")) {
            arguments[0] =
                proxy(Forward.class, (Forward) arguments[0], (m, a) -> !m.equals("checkpoint"));
          }
          return true;
        });
  }

  /** Looks at a call before it is made; false when it is not to be made. */
  private interface Filter {
    boolean passes(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, T target, Filter filter) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object[] given = arguments == null ? new Object[0] : arguments;
              if (!filter.passes(method.getName(), given)) {
                return null;
              }
              try {
                return method.invoke(target, given);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
