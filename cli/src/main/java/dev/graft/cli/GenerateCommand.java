package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.models.ModelFolder;
import dev.graft.models.generation.Generation;
import dev.graft.models.generation.GenerationConfig;
import dev.graft.models.generation.Generator;
import dev.graft.models.tokenizer.StreamingDecoder;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.data.AlpacaExample;
import dev.graft.training.data.ExampleTokenizer;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.Segment;
import dev.graft.training.data.TokenizerEncoder;
import dev.graft.training.model.LoadedModel;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft generate}. */
@Command(
    name = "generate",
    description = "Continues a prompt, token by token.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft generate --model models/base \"Once upon a time\"",
      "  graft generate --model models/base --adapter runs/a/adapter --instruction Rhyme.",
      "  graft generate --model models/base --adapter a=runs/a/adapter@0.5 --adapter"
          + " b=runs/b/adapter@0.5 Once",
      "  graft generate --model models/base --instruction \"Translate.\" --input \"bonjour\"",
      "  graft generate --model models/base --temperature 0.8 - < prompt.txt"
    })
final class GenerateCommand implements Callable<Integer> {
  /** How a prompt is written before the model sees it. */
  enum Template {
    NONE,
    ALPACA
  }

  @Mixin ModelOptions options = new ModelOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "The text to continue; - reads it from standard input.")
  Optional<String> prompt = Optional.empty();

  @Option(
      names = "--template",
      paramLabel = "NAME",
      description =
          "How the prompt is written: none, or alpaca, which makes it the instruction as in"
              + " training data of type alpaca. Default: none.")
  Template template = Template.NONE;

  @Option(
      names = "--instruction",
      paramLabel = "TEXT",
      description = "An instruction, in place of the prompt; implies --template alpaca.")
  Optional<String> instruction = Optional.empty();

  @Option(names = "--input", paramLabel = "TEXT", description = "Further input to an instruction.")
  String input = "";

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens to add. Default: 256.")
  int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 always takes the most likely token. Default: 0.")
  double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw from the K most likely tokens; 0 for all. Default: 0.")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw from the most likely tokens of probability P together. Default: 1.")
  double topP = 1;

  @Option(names = "--seed", paramLabel = "N", description = "Decides the drawing. Default: 0.")
  long seed;

  @Option(names = "--json", description = "Print JSON with text, ids and why it ended.")
  boolean json;

  private final Session session;

  GenerateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Rendering rendering = rendering();
    GenerationConfig checked =
        new GenerationConfig(maxTokens, temperature, topK, topP, seed, Set.of());
    Plugins plugins = session.plugins();
    ModelFolder folder = ModelFolder.open(options.model);
    try (Tokenizer tokenizer = folder.openTokenizer()) {
      Set<Integer> stopIds = folder.stopIds(tokenizer);
      GenerationConfig config =
          new GenerationConfig(checked.maxTokens(), temperature, topK, topP, seed, stopIds);
      int[] ids =
          new ExampleTokenizer(new TokenizerEncoder(tokenizer))
              .tokenize(rendering).tokens().stream().mapToInt(Token::id).toArray();
      try (LoadedModel loaded = LoadedModel.load(plugins, folder, options.settings());
          Generator generator =
              new Generator(loaded.placed(), loaded.backend(), loaded.compiler())) {
        generate(generator, tokenizer, ids, config, rendering.text());
      }
    }
    return 0;
  }

  private Rendering rendering() throws IOException {
    if (instruction.isPresent() == prompt.isPresent()) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a prompt or --instruction, received "
              + (prompt.isPresent() ? "both" : "neither")
              + ". Run 'graft generate --help'");
    }
    boolean alpaca = instruction.isPresent() || template == Template.ALPACA;
    if (!alpaca && !input.isEmpty()) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected --input together with --instruction or --template alpaca, received it alone");
    }
    String text = instruction.orElseGet(prompt::orElseThrow);
    if (text.equals("-")) {
      text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (text.isEmpty()) {
      throw new GraftException(ErrorCode.DATA_EMPTY, "expected a prompt, received an empty text");
    }
    return alpaca
        ? AlpacaExample.prompt(text, input)
        : new Rendering(List.of(Segment.text(text, Role.INSTRUCTION, 0)));
  }

  private void generate(
      Generator generator, Tokenizer tokenizer, int[] ids, GenerationConfig config, String text) {
    StreamingDecoder decoder = tokenizer.streamingDecoder(/* skipSpecialTokens= */ true);
    StringBuilder generated = new StringBuilder();
    long start = System.nanoTime();
    Generation result =
        generator
            .generate(List.of(ids), config, (row, id) -> show(decoder.next(id), generated))
            .get(0);
    show(decoder.finish(), generated);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (json) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("prompt", text);
      out.put("text", generated.toString());
      out.put("prompt_ids", ids);
      out.put("ids", result.ids());
      out.put("finish", result.finish().name().toLowerCase(Locale.ROOT));
      session.out().println(Json.line(out));
      return;
    }
    session.out().println();
    session.out().flush();
    if (session.terminal()) {
      session.note(
          String.format(
              Locale.ROOT,
              "(%d tokens in %s, ended by %s)",
              result.ids().size(),
              Text.duration(seconds),
              result.finish() == Generation.Finish.STOP ? "the model" : "the limit"));
    }
  }

  private void show(String piece, StringBuilder generated) {
    generated.append(piece);
    if (!json && !piece.isEmpty()) {
      session.out().print(piece);
      session.out().flush();
    }
  }
}
