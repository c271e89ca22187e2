package dev.graft.training.run;

import dev.graft.models.ModelFolder;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.TextEncoder;
import dev.graft.training.data.TokenizerEncoder;
import java.util.function.Function;

/** The tokenizer in the model's own folder. */
final class FolderEncoder implements EncoderSource {
  @Override
  public <T> T with(ModelFolder folder, Function<TextEncoder, T> use) {
    try (Tokenizer tokenizer = folder.openTokenizer()) {
      return use.apply(new TokenizerEncoder(tokenizer));
    }
  }
}
