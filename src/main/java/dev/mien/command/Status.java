package dev.mien.command;

import dev.mien.convert.ConvertException;
import dev.mien.dataset.DatasetException;
import dev.mien.detect.DetectorException;
import dev.mien.model.ModelException;
import dev.mien.onnx.NetworkException;
import dev.mien.pipeline.Stats;
import dev.mien.sink.SinkClosedException;
import dev.mien.sink.SinkException;
import dev.mien.source.SourceException;
import java.nio.file.FileAlreadyExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exit statuses; other programs rely on them. */
final class Status {
  private static final Logger log = LoggerFactory.getLogger(Status.class);

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_INPUT = 2;
  static final int UNUSABLE = 3;
  static final int REFUSED = 4;
  static final int UNREACHABLE = 5;

  private Status() {}

  /** Says in one line what went wrong; the stack trace is for --log-level debug. */
  static int tell(Throwable failure) {
    int status = of(failure);
    if (status != DONE) {
      String message =
          failure instanceof LinkageError
              ? notLoaded(failure)
              : failure instanceof OutOfMemoryError ? noMemory() : failure.getMessage();
      log.error("{}", message == null ? failure.getClass().getSimpleName() : message);
      log.debug("stack trace", failure);
    }
    return status;
  }

  /** JavaCPP unpacks libraries where it may write, and says little where that does not help. */
  private static String notLoaded(Throwable failure) {
    String cache = System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    return "the native libraries cannot be loaded (%s) from %s: name a writable folder without"
            .formatted(
                String.valueOf(failure.getMessage())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceFirst("^[\\w.]+(Exception|Error): ", ""),
                cache)
        + " noexec by MIEN_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER";
  }

  private static String noMemory() {
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    return "%d MB of memory are too few: MIEN_JAVA_OPTS=-Xmx%dm allows more"
        .formatted(megabytes, 4 * megabytes);
  }

  /** What a run came to; what went wrong at a sink was said when it did. */
  static int tell(Stats stats) {
    Throwable source = stats.sourceFailure();
    return source != null ? tell(source) : stats.failure().map(Status::of).orElse(DONE);
  }

  static int of(Throwable failure) {
    if (failure instanceof SinkClosedException) {
      return DONE; // Who read our output had enough; head is no failure.
    }
    if (failure instanceof SourceException source) {
      return switch (source.reason()) {
        case BAD_INPUT -> WRONG_INPUT;
        case UNUSABLE -> UNUSABLE;
        case REFUSED -> REFUSED;
        case UNREACHABLE -> UNREACHABLE;
        case FAILED -> FAILED;
      };
    }
    if (failure instanceof SinkException sink) {
      return switch (sink.reason()) {
        case REFUSED -> REFUSED;
        case UNREACHABLE -> UNREACHABLE;
        case FAILED -> FAILED;
      };
    }
    if (failure instanceof ModelException
        || failure instanceof NetworkException
        || failure instanceof DetectorException
        || failure instanceof LinkageError) {
      return UNUSABLE;
    }
    return failure instanceof IllegalArgumentException
            || failure instanceof ConvertException
            || failure instanceof DatasetException
            || failure instanceof FileAlreadyExistsException
        ? WRONG_INPUT
        : FAILED;
  }
}
