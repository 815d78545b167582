package dev.mien.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The models of one folder, each in a folder of its own.
 *
 * @param folder of the installed models
 */
public record Models(Path folder) {
  /**
   * The model of that name, or at that path.
   *
   * @throws ModelException if there is none, or it cannot be used
   */
  public Model find(String nameOrPath) throws ModelException {
    return Model.load(locate(nameOrPath));
  }

  private Path locate(String nameOrPath) throws ModelException {
    if (!nameOrPath.isBlank() && nameOrPath.indexOf('\0') < 0) {
      if (names().contains(nameOrPath)) {
        return folder.resolve(nameOrPath);
      }
      Path path = Path.of(nameOrPath);
      if (Files.isDirectory(path)) {
        return path;
      }
    }
    List<String> names = names();
    throw new ModelException(
        "no model '%s': %s has %s, and there is no folder of that name; give one of them or a path"
            .formatted(nameOrPath, folder, names.isEmpty() ? "none" : String.join(", ", names)));
  }

  /** The names of what is installed, usable or not, in alphabetical order. */
  public List<String> names() throws ModelException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> Files.isRegularFile(p.resolve(CardFile.NAME)))
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelException("%s cannot be listed: %s".formatted(folder, e.getMessage()), e);
    }
  }
}
