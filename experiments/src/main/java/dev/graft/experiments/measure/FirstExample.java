package dev.graft.experiments.measure;

import dev.graft.api.masking.TokenizedExample;
import dev.graft.experiments.results.MaskedText;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.Example;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.MaskedExample;
import dev.graft.training.run.PreparedRun;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The first example that a run trains on, for people to see what carries loss. */
final class FirstExample {
  private FirstExample() {}

  /** Its text with weights; none where the first row is not trained on as it stands. */
  static Optional<MaskedText> of(PreparedRun run, ExampleTokenizer encoder, Tokenizer tokenizer) {
    Iterator<Example> rows = run.trainingRows().iterator();
    if (!rows.hasNext()) {
      return Optional.empty();
    }
    TokenizedExample row = encoder.tokenize(rows.next().rendering());
    while (rows.hasNext()) {
      rows.next(); // Reading to the end closes the file.
    }
    MaskedExample trained = run.training().examples().get(0);
    if (trained.size() != row.size()) {
      return Optional.empty();
    }
    List<MaskedText.Piece> pieces = new ArrayList<>();
    int shown = 0;
    for (int i = 0; i < row.size(); i++) {
      TokenizedExample.Token token = row.tokens().get(i);
      if (trained.id(i) != token.id()) {
        return Optional.empty();
      }
      String text =
          token.end() > token.start()
              ? row.text().substring(shown, Math.max(shown, token.end()))
              : tokenizer.decode(new int[] {token.id()}, false);
      shown = Math.max(shown, token.end());
      pieces.add(new MaskedText.Piece(text, trained.weight(i)));
    }
    return Optional.of(new MaskedText(pieces));
  }
}
