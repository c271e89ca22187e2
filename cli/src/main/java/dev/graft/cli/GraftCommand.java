package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.measure.Measure;
import dev.graft.training.recipe.Precision;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "graft",
    description = "Parameter-efficient fine-tuning of language models on the JVM.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = true,
    sortOptions = false,
    footerHeading = "%nEnvironment:%n",
    footer = {
      "  JAVA_HOME      the JDK, 17 or newer; otherwise the java on the PATH",
      "  GRAFT_OPTS     options of the JVM, for example -Xmx8g",
      "  GRAFT_PLUGINS  jars of plugins, or folders of them, written like a class path",
      "  DJL_CACHE_DIR  where native libraries are unpacked (~/.djl.ai)",
      "",
      "Examples:",
      "  graft doctor",
      "  graft train examples/tiny/recipe.yaml",
      "  graft study run memorize --quick",
      "  graft generate --help"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:success", "1:the run failed", "2:the recipe, a file or the usage is wrong"},
    subcommands = {
      TrainCommand.class,
      PreviewCommand.class,
      GenerateCommand.class,
      MergeCommand.class,
      ScoreCommand.class,
      InitModelCommand.class,
      WorldCommand.class,
      MeasureCommand.class,
      StudyCommand.class,
      ReproduceCommand.class,
      AdaptersCommand.class,
      PluginsCommand.class,
      NewPluginCommand.class,
      DoctorCommand.class
    })
final class GraftCommand implements Runnable {
  static final String STACKTRACE = "--stacktrace";

  @Option(
      names = STACKTRACE,
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  boolean stacktrace;

  @Spec CommandSpec spec;

  private final Session session;

  GraftCommand(Session session) {
    this.session = session;
  }

  @Option(
      names = "--plugins",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description =
          "Also use the plugins of a folder, or one jar. Those in GRAFT_PLUGINS and in the folder"
              + " 'plugins' of Graft are used anyway.")
  void plugins(List<Path> path) {
    session.morePlugins(path);
  }

  /** The whole command line for one invocation. */
  static CommandLine commandLine(Session session) {
    CommandLine line = new CommandLine(GraftCommand.class, new Commands(session));
    line.setOut(session.out());
    line.setErr(session.err());
    line.registerConverter(StoredDType.class, new Choice<>(StoredDType.class));
    line.registerConverter(
        InitModelCommand.TokenizerKind.class, new Choice<>(InitModelCommand.TokenizerKind.class));
    line.registerConverter(NewPluginCommand.Kind.class, new Choice<>(NewPluginCommand.Kind.class));
    line.registerConverter(Measure.class, new Choice<>(Measure.class));
    line.registerConverter(Color.class, new Choice<>(Color.class));
    line.registerConverter(Precision.class, new Choice<>(Precision.class));
    line.registerConverter(
        GenerateCommand.Template.class, new Choice<>(GenerateCommand.Template.class));
    line.setParameterExceptionHandler(Errors::usage);
    line.setExecutionExceptionHandler(Errors::failed);
    return line;
  }

  /** Runs one command; whatever is thrown becomes a paragraph and an exit status. */
  static int run(Session session, String... args) {
    try {
      return commandLine(session).execute(args);
    } catch (Error e) {
      // Out of memory, a native library that does not link: the user gets a paragraph for these
      // too.
      return Errors.fatal(session, e, Arrays.asList(args).contains(STACKTRACE));
    } finally {
      session.out().flush();
      session.err().flush();
    }
  }

  @Override
  public void run() {
    throw new GraftException(
        ErrorCode.USAGE,
        "expected a command, received none. Known: "
            + String.join(", ", spec.subcommands().keySet())
            + ". Run 'graft --help'");
  }

  /** Makes commands; those that take a {@link Session} get this invocation's. */
  private record Commands(Session session) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Constructor<?> c : type.getDeclaredConstructors()) {
        if (Arrays.equals(c.getParameterTypes(), new Class<?>[] {Session.class})) {
          return type.cast(c.newInstance(session));
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
