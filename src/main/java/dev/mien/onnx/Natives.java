package dev.mien.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where ONNX Runtime's own libraries are loaded from. By itself it unpacks them into {@code
 * java.io.tmpdir} on every start, which costs a tenth of a second, leaves them behind when it is
 * killed and fails where that folder is read-only or {@code noexec}. They are unpacked once into a
 * cache instead: {@code $CACHE_DIRECTORY} (systemd), {@code $XDG_CACHE_HOME} or {@code ~/.cache}.
 */
final class Natives {
  /** Of ONNX Runtime. */
  static final String VERSION =
      Objects.requireNonNullElse(
          OrtEnvironment.class.getPackage().getImplementationVersion(), "of unknown version");

  private static final Logger LOG = LoggerFactory.getLogger(Natives.class);
  private static final String PROPERTY = "onnxruntime.native.path";
  private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";
  private static final String[] LIBRARIES = {"onnxruntime", "onnxruntime4j_jni"};

  private Natives() {}

  /**
   * The environment, which lives as long as the process.
   *
   * <p>From 1.29 on ONNX Runtime reports its use to Microsoft on Linux too, the command line among
   * it, where a camera's password may be; and a command line of more than some 4,000 characters
   * overflows its stack while it looks at it. Only an environment variable that is there before the
   * process starts prevents both, so without it nothing is loaded.
   *
   * @throws NetworkException if its libraries cannot be loaded, with what helps
   */
  static synchronized OrtEnvironment environment() throws NetworkException {
    if (!"1".equals(System.getenv(NO_TELEMETRY))) {
      throw new NetworkException(
          "ONNX Runtime would report its use to its maker: start Mien by ./mien, or set %s=1"
              .formatted(NO_TELEMETRY));
    }
    if (System.getProperty(PROPERTY) == null) {
      unpack(System.getenv()::get).ifPresent(f -> System.setProperty(PROPERTY, f.toString()));
    }
    try {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, OrtEnvironment.DEFAULT_NAME);
      environment.setTelemetry(false);
      return environment;
    } catch (LinkageError | RuntimeException | OrtException e) {
      throw new NetworkException(
          ("ONNX Runtime's libraries cannot be loaded (%s); java.io.tmpdir is %s: name a writable"
                  + " folder without noexec by -Djava.io.tmpdir, or the folder of its libraries"
                  + " by -D%s")
              .formatted(root(e), System.getProperty("java.io.tmpdir"), PROPERTY),
          e);
    }
  }

  /** Whether the jar brings this library for this machine. */
  static boolean has(String library) {
    return resource(library) != null;
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  /** The folder with the libraries, or empty where no cache can be used: then it is tmpdir. */
  static Optional<Path> unpack(CacheFolder.Environment environment) {
    Path cache = CacheFolder.find(environment).orElse(null);
    try {
      URL main = resource(LIBRARIES[0]);
      if (cache == null || main == null) {
        return Optional.empty();
      }
      URLConnection connection = main.openConnection();
      Path folder =
          cache.resolve("onnxruntime-%s-%x".formatted(VERSION, connection.getContentLengthLong()));
      Files.createDirectories(folder);
      for (String library : LIBRARIES) {
        unpack(library, folder);
      }
      // The runtime looks for its CUDA provider beside itself. It is big: only where it can be
      // used.
      if (Cuda.obstacle().isEmpty()) {
        unpack("onnxruntime_providers_shared", folder);
        unpack("onnxruntime_providers_cuda", folder);
      }
      // A folder mounted noexec shows here, where there is still another way to go.
      System.load(folder.resolve(System.mapLibraryName(LIBRARIES[0])).toString());
      return Optional.of(folder);
    } catch (IOException | UnsatisfiedLinkError e) {
      LOG.debug("ONNX Runtime is not cached in {}: {}", cache, e.toString());
      return Optional.empty();
    }
  }

  private static void unpack(String library, Path folder) throws IOException {
    URL resource = resource(library);
    if (resource == null) {
      throw new IOException("the jar has no " + library);
    }
    Path file = folder.resolve(System.mapLibraryName(library));
    URLConnection connection = resource.openConnection();
    try (InputStream in = connection.getInputStream()) {
      if (Files.isRegularFile(file) && Files.size(file) == connection.getContentLengthLong()) {
        return;
      }
      // Another process may be doing the same: each writes its own and moves it into place.
      Path own = Files.createTempFile(folder, library, ".part");
      try {
        Files.copy(in, own, StandardCopyOption.REPLACE_EXISTING);
        Files.move(own, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(own);
      }
    }
  }

  private static @Nullable URL resource(String library) {
    String arch = System.getProperty("os.arch", "");
    return OrtEnvironment.class.getResource(
        "/ai/onnxruntime/native/%s-%s/%s"
            .formatted(
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac")
                    ? "osx"
                    : "linux",
                arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch,
                System.mapLibraryName(library)));
  }
}
