package dev.graft.training.run;

import dev.graft.models.ModelFolder;
import dev.graft.training.data.TextEncoder;
import java.util.function.Function;

/** Gives the tokenizer of a model to the preparation of its data. */
public interface EncoderSource {
  /** Uses the model's tokenizer, and closes it afterwards. */
  <T> T with(ModelFolder folder, Function<TextEncoder, T> use);
}
