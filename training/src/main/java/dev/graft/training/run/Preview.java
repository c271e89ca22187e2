package dev.graft.training.run;

import dev.graft.api.error.GraftException;
import dev.graft.models.ModelFolder;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.ExampleObserver;
import dev.graft.training.data.TextEncoder;
import dev.graft.training.data.TokenizerEncoder;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shows a recipe's training data as training would take it, with one mask after the other; texts
 * are tokenized once. No engine opens and no weight is read.
 */
public final class Preview implements AutoCloseable {
  private final Plugins plugins;
  private final ModelFolder folder;
  private final Tokenizer tokenizer;
  private @Nullable TextEncoder encoder;

  /**
   * Opens the tokenizer of a model.
   *
   * @throws GraftException what is wrong with the model's folder or its tokenizer
   */
  public Preview(Plugins plugins, Path model) {
    this.plugins = plugins;
    this.folder = ModelFolder.open(model);
    this.tokenizer = folder.openTokenizer();
  }

  /**
   * Prepares a run as training does.
   *
   * @param recipe one with the same model
   * @param observer is told of every training example, those included that are then left out; and
   *     also when the run is then refused
   * @throws GraftException what training would say
   */
  public PreparedRun prepare(Recipe recipe, ExampleObserver observer) {
    return PreparedRun.of(plugins, recipe, new Shared(), observer);
  }

  /** A token as its vocabulary writes it; empty where it has no text of its own. */
  public String text(int id) {
    return tokenizer.decode(new int[] {id});
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /** The one tokenizer, which stays open from one preparation to the next. */
  private final class Shared implements EncoderSource {
    @Override
    public <T> T with(ModelFolder model, Function<TextEncoder, T> use) {
      if (!model.path().equals(folder.path())) {
        throw new IllegalArgumentException(
            "expected the model " + folder.path() + ": " + model.path());
      }
      TextEncoder e = encoder;
      if (e == null) {
        e = new RememberingEncoder(new TokenizerEncoder(tokenizer));
        encoder = e;
      }
      return use.apply(e);
    }
  }
}
