package dev.mien.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why CUDA does not work here, in words that a person can act on. */
final class Cuda {
  /** ONNX Runtime 1.19 and later are built for these. */
  static final String NEEDS = "ONNX Runtime %s needs CUDA 12 and cuDNN 9";

  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final Pattern MISSING =
      Pattern.compile(
          "(lib[\\w+.-]+\\.so[.\\d]*): (?:cannot open shared object file|file too short)");

  private Cuda() {}

  /** What can be told without loading half a gigabyte; empty if nothing speaks against it. */
  static Optional<String> obstacle() {
    if (!Files.exists(DRIVER)) {
      return Optional.of("no NVIDIA driver is loaded (" + DRIVER + " is missing)");
    }
    if (!Natives.has("onnxruntime_providers_cuda")) {
      return Optional.of("this build has no CUDA provider; build with mvn -Pgpu package");
    }
    return Optional.empty();
  }

  /**
   * Adds CUDA to a session.
   *
   * @throws NetworkException with the reason why it does not work
   */
  static void add(SessionOptions options, int index) throws NetworkException {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      throw new NetworkException(obstacle.get());
    }
    try {
      options.addCUDA(index);
    } catch (OrtException e) {
      throw new NetworkException(explain(String.valueOf(e.getMessage())), e);
    }
  }

  /** Turns the loader's message into the libraries that are missing and what is needed. */
  static String explain(String message) {
    TreeSet<String> missing = new TreeSet<>();
    Matcher matcher = MISSING.matcher(message);
    while (matcher.find()) {
      missing.add(matcher.group(1));
    }
    String needs = NEEDS.formatted(Natives.VERSION);
    if (!missing.isEmpty()) {
      return "%s not found; %s (libcublasLt.so.12, libcudnn.so.9) on the library path"
          .formatted(String.join(", ", missing), needs);
    }
    String line = message.lines().map(String::strip).findFirst().orElse("");
    List<String> driver = List.of("driver version is insufficient", "no CUDA-capable device");
    if (driver.stream().anyMatch(message::contains)) {
      return "the NVIDIA driver does not serve it: %s; %s".formatted(line, needs);
    }
    return "%s; %s".formatted(line, needs);
  }
}
