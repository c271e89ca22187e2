package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.ModelFolder;
import dev.graft.models.Scorer;
import dev.graft.models.files.Reading;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.model.LoadedModel;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft score}. */
@Command(
    name = "score",
    description = {
      "Scores texts: the log-probability of every token after the first, given those before it.",
      "The loss of a row is the mean of -logprob over them; the loss of all rows is the mean over"
          + " all their tokens."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft score --model models/base --text article.txt",
      "  graft score --model models/base --adapter runs/a/adapter --text lines.txt --lines --json",
      "  graft score --model models/base --engine reference --ids ids.json --json"
    })
final class ScoreCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();

  @ArgGroup(multiplicity = "1")
  Input input = new Input();

  /** One of two kinds of files. */
  static final class Input {
    @Option(
        names = "--text",
        required = true,
        paramLabel = "FILE",
        description = "A text in UTF-8, one row; may be given several times.")
    List<Path> text = List.of();

    @Option(
        names = "--ids",
        required = true,
        paramLabel = "FILE",
        description = "A JSON array of arrays of token ids; needs no tokenizer.")
    @Nullable Path ids;
  }

  @Option(names = "--lines", description = "Every line of a text that is not blank is a row.")
  boolean lines;

  @Option(names = "--json", description = "Print JSON with ids and log-probabilities.")
  boolean json;

  private final Session session;

  ScoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Plugins plugins = session.plugins();
    ModelFolder folder = ModelFolder.open(options.model);
    List<int[]> rows = input.ids != null ? IdFile.read(input.ids) : texts(folder);
    try (LoadedModel loaded = LoadedModel.load(plugins, folder, options.settings())) {
      Scorer scorer = new Scorer(loaded.placed(), loaded.compiler());
      Scorer.Scores scores = scorer.score(rows);
      if (json) {
        session.out().println(Json.line(toMap(scores)));
      } else {
        print(scores);
      }
    }
    return 0;
  }

  private List<int[]> texts(ModelFolder folder) {
    List<String> texts = new ArrayList<>();
    for (Path file : input.text) {
      String text = Reading.text(file);
      Stream<String> rows = lines ? text.lines().filter(l -> !l.isBlank()) : Stream.of(text);
      int before = texts.size();
      rows.filter(r -> !r.isEmpty()).forEach(texts::add);
      if (texts.size() == before) {
        throw new GraftException(
            ErrorCode.DATA_EMPTY,
            "expected text in '" + file + "', received " + (lines ? "no line" : "an empty file"));
      }
    }
    try (Tokenizer tokenizer = folder.openTokenizer()) {
      IntStream bos =
          tokenizer.addsBos() && tokenizer.bosId().isPresent()
              ? IntStream.of(tokenizer.bosId().getAsInt())
              : IntStream.empty();
      int[] start = bos.toArray();
      return tokenizer.encodeAll(texts).stream()
          .map(e -> IntStream.concat(IntStream.of(start), IntStream.of(e.ids())).toArray())
          .toList();
    }
  }

  private static Map<String, Object> toMap(Scorer.Scores scores) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Scorer.Row row : scores.rows()) {
      Map<String, Object> out = new LinkedHashMap<>();
      int[] ids = row.ids();
      out.put("ids", ids);
      out.put(
          "logprobs",
          IntStream.range(0, ids.length).mapToObj(i -> orNull(row.logprob(i))).toArray());
      out.put("loss", orNull(row.loss()));
      rows.add(out);
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rows", rows);
    out.put("loss", scores.loss());
    out.put("perplexity", scores.perplexity());
    return out;
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private void print(Scorer.Scores scores) {
    Table table = new Table(0).row("row", "tokens", "loss", "perplexity");
    List<Scorer.Row> rows = scores.rows();
    long tokens = 0;
    for (int i = 0; i < rows.size(); i++) {
      Scorer.Row row = rows.get(i);
      tokens += row.targets();
      table.row(
          String.valueOf(i),
          Text.count(row.targets()),
          row.loss().isPresent() ? number(row.loss().getAsDouble()) : "-",
          row.loss().isPresent() ? number(Math.exp(row.loss().getAsDouble())) : "-");
    }
    table.row("all", Text.count(tokens), number(scores.loss()), number(scores.perplexity()));
    table.print(session.out());
  }

  private static String number(double x) {
    return String.format(Locale.ROOT, "%.4f", x);
  }
}
