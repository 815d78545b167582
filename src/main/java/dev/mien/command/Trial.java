package dev.mien.command;

import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.CacheFolder;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a model in a confined process before this one does. A network may come from anybody, and
 * what it asks for shows only when it runs. Which model passed is remembered by all that its card
 * says, the hashes of its files among it.
 */
final class Trial {
  private static final Logger LOG = LoggerFactory.getLogger(Trial.class);

  private Trial() {}

  /**
   * The model of that name or at that path, after its trial.
   *
   * @throws ModelException if there is none, it cannot be used, or it asks for too much
   */
  static Model find(String nameOrPath) throws IOException {
    Model model = Home.models().find(nameOrPath);
    if (Confined.inside()) {
      return model;
    }
    Optional<Path> mark = mark(model);
    if (mark.isPresent() && Files.exists(mark.get())) {
      return model;
    }
    run(model);
    if (mark.isPresent()) {
      remember(mark.get());
    }
    return model;
  }

  /** The trial itself, whatever is remembered. */
  static void run(Model model) throws IOException {
    long bytes = 0;
    for (String file : model.card().files().keySet()) {
      bytes += Files.size(model.folder().resolve(file));
    }
    Confined confined = Confined.of(bytes);
    Confined.Ended ended =
        confined.run(
            false, List.of("models", "verify", model.folder().toAbsolutePath().toString()));
    if (!ended.orderly()) {
      throw new ModelException(
          "model '%s' %s; it is not used".formatted(model.name(), confined.fault(ended)));
    }
    if (ended.status() != Status.DONE) {
      throw new ModelException(said(ended, model));
    }
  }

  private static String said(Confined.Ended ended, Model model) {
    return ended.lines().stream()
        .filter(l -> l.startsWith("mien: "))
        .reduce((first, last) -> last)
        .map(l -> l.substring("mien: ".length()))
        .orElse("model '%s' cannot be tried: status %d".formatted(model.name(), ended.status()));
  }

  private static Optional<Path> mark(Model model) {
    return CacheFolder.find().map(c -> c.resolve("tried").resolve(sha256(model)));
  }

  private static String sha256(Model model) {
    String all = Network.RUNTIME + " " + model.card();
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static void remember(Path mark) {
    try {
      Files.createDirectories(mark.getParent());
      Files.write(mark, new byte[0]);
    } catch (IOException e) {
      LOG.debug("{} is tried again the next time: {}", mark, e.toString());
    }
  }
}
