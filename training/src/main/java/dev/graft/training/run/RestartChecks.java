package dev.graft.training.run;

import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.AdapterBinding;
import dev.graft.training.optim.Optimizer;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.step.TrainedModel;
import java.util.Optional;

/** Refuses recipes whose adapter cannot be merged and started anew in the midst of a run. */
final class RestartChecks {
  private static final String WHY = " with relora_steps, ";

  private RestartChecks() {}

  /**
   * Checks a recipe that asks for merges.
   *
   * @param steps the optimizer steps of the run
   * @throws GraftException {@code config.value}; {@code adapter.unsupported} for one side of a
   *     shared embedding
   */
  static void check(Recipe recipe, TrainedModel trained, Optimizer optimizer, int steps) {
    Optional<AdapterBinding> adapter = trained.adapter();
    if (recipe.reloraSteps().isEmpty()) {
      return;
    }
    if (adapter.isEmpty()) {
      throw value(
          "an adapter"
              + WHY
              + "which merges it into the weights, received 'adapter: full', which trains these;"
              + " remove relora_steps or name an adapter");
    }
    if (optimizer.averages()) {
      throw value(
          "adamw or sgd"
              + WHY
              + "received "
              + recipe.optimizer().type()
              + ", which averages over the steps of a run and would average over merges; choose"
              + " another optimizer");
    }
    if (recipe.reloraSteps().get() >= steps) {
      throw value(
          "relora_steps below the run's "
              + steps
              + " steps, received "
              + recipe.reloraSteps().get()
              + ", with which nothing is merged before the end; lower it, train longer, or remove"
              + " it");
    }
    if (trained.model().config().tiedHead()) {
      for (Site site : adapter.get().sites()) {
        if (site.kind() != SiteKind.LINEAR) {
          throw new GraftException(
              ErrorCode.ADAPTER_UNSUPPORTED,
              "expected linear modules in target_modules"
                  + WHY
                  + "received '"
                  + site.name()
                  + "': the model uses one weight for its embedding and its head, so a merge into"
                  + " one changes the other; take it out of target_modules");
        }
      }
    }
  }

  private static GraftException value(String problem) {
    return new GraftException(ErrorCode.CONFIG_VALUE, "expected " + problem);
  }
}
