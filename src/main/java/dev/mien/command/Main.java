package dev.mien.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry. */
@Command(
    name = "mien",
    description = "Reads faces in video, live or recorded.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    subcommands = {
      DemoCommand.class,
      WatchCommand.class,
      AnalyzeCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      ServeCommand.class,
      ModelsCommand.class,
      BenchCommand.class,
      DoctorCommand.class
    })
public final class Main {
  @Option(
      names = "--log-level",
      scope = ScopeType.INHERIT,
      defaultValue = "info",
      paramLabel = "LEVEL",
      description = "error, warn, info or debug (default: info); debug shows stack traces.")
  String logLevel;

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"mien " + (version == null ? "development" : version)};
    }
  }

  public static void main(String[] args) {
    try {
      System.exit(run(args));
    } catch (LinkageError | OutOfMemoryError e) {
      // Not even the log could be opened.
      System.err.println(
          "mien: cannot start (%s): too little memory, or too few files that may be open (ulimit -n)"
              .formatted(e.getMessage()));
      System.exit(Status.FAILED);
    }
  }

  static int run(String... args) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (e, all) -> {
          PrintWriter err = e.getCommandLine().getErr();
          err.println("mien: " + Printable.line(String.valueOf(e.getMessage())));
          err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return Status.WRONG_INPUT;
        });
    line.setExecutionExceptionHandler((e, at, parsed) -> Status.tell(e));
    line.setExecutionStrategy(
        parsed -> {
          Main main = (Main) parsed.commandSpec().userObject();
          main.setLogLevel(line);
          return new CommandLine.RunLast().execute(parsed);
        });
    try {
      return line.execute(args);
    } catch (LinkageError | OutOfMemoryError e) {
      return Status.tell(e);
    }
  }

  private void setLogLevel(CommandLine line) {
    Level level = Level.toLevel(logLevel, null);
    if (level == null) {
      throw new CommandLine.ParameterException(
          line, "--log-level: found '" + logLevel + "', expected error, warn, info or debug");
    }
    // Libraries of ours that talk at debug level about themselves are of no help.
    ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(level);
    if (level == Level.DEBUG || level == Level.TRACE) {
      ((Logger) LoggerFactory.getLogger("ffmpeg")).setLevel(level);
    }
  }
}
