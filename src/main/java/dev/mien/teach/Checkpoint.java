package dev.mien.teach;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.model.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.SGD;
import org.jspecify.annotations.Nullable;

/** The state of a training between two epochs, kept in a folder so that it survives a stop. */
final class Checkpoint {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What was kept besides the weights.
   *
   * @param best the ONNX bytes of the best epoch
   * @param recollection what was said of each picture
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Kept(byte[] best, byte[] recollection, List<Epoch> history) {}

  private static final String OF = "recipe.yaml";

  private final Path folder;
  private final byte[] of;

  /**
   * The state of a training, which need not have begun.
   *
   * @param of recipe and data: the state of others is not taken up
   */
  Checkpoint(Path folder, String of) {
    this.folder = folder;
    this.of = of.getBytes(StandardCharsets.UTF_8);
  }

  /** Writes all under new names; what is there stays whole until the last file names them. */
  void save(Module net, Module average, SGD optimizer, Kept kept) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(OF), of);
    int number = kept.history().size();
    write(net, number + "-net.pt");
    write(average, number + "-average.pt");
    try (OutputArchive archive = new OutputArchive()) {
      optimizer.save(archive);
      archive.save_to(folder.resolve(number + "-sgd.pt").toString());
    }
    Files.write(folder.resolve(number + "-best.onnx"), kept.best());
    Files.write(folder.resolve(number + "-said.bin"), kept.recollection());
    Path written = folder.resolve("history.json.new");
    Files.write(written, JSON.writeValueAsBytes(kept.history()));
    Disk.force(folder);
    Files.move(written, history(), StandardCopyOption.ATOMIC_MOVE);
    Disk.force(folder);
    for (String name : List.of("-net.pt", "-average.pt", "-sgd.pt", "-best.onnx", "-said.bin")) {
      Files.deleteIfExists(folder.resolve(number - 1 + name));
    }
  }

  private Path history() {
    return folder.resolve("history.json");
  }

  private void write(Module module, String name) {
    try (OutputArchive archive = new OutputArchive()) {
      module.save(archive);
      archive.save_to(folder.resolve(name).toString());
    }
  }

  /**
   * Brings back what was kept; null if there is nothing.
   *
   * @throws IllegalArgumentException if it is the state of another recipe, or of other data
   */
  @Nullable Kept load(Module net, Module average, SGD optimizer) throws IOException {
    if (!Files.exists(history())) {
      return null;
    }
    Path file = folder.resolve(OF);
    if (!Files.exists(file) || !Arrays.equals(of, Files.readAllBytes(file))) {
      throw new IllegalArgumentException(
          folder
              + " is what a training of another recipe, or of other pictures, left when it was cut"
              + " off; remove it, or name another --out");
    }
    List<Epoch> history =
        JSON.readValue(Files.readAllBytes(history()), new TypeReference<List<Epoch>>() {});
    int number = history.size();
    read(net, number + "-net.pt");
    read(average, number + "-average.pt");
    try (InputArchive archive = new InputArchive()) {
      archive.load_from(folder.resolve(number + "-sgd.pt").toString());
      optimizer.load(archive);
    }
    return new Kept(
        Files.readAllBytes(folder.resolve(number + "-best.onnx")),
        Files.readAllBytes(folder.resolve(number + "-said.bin")),
        history);
  }

  private void read(Module module, String name) {
    try (InputArchive archive = new InputArchive()) {
      archive.load_from(folder.resolve(name).toString());
      module.load(archive);
    }
  }
}
