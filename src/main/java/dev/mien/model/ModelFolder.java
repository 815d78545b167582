package dev.mien.model;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes model folders. */
public final class ModelFolder {
  private ModelFolder() {}

  /** Reads a card by itself, before there is a folder; the hashes may be left out. */
  public static Card readCard(Path file) throws ModelException {
    return CardFile.read(file);
  }

  /** Reads labels by themselves: UTF-8, one a line, none empty, none twice. */
  public static List<String> readLabels(Path file) throws IOException {
    return Model.parseLabels(file, Files.readAllBytes(file));
  }

  /** Looks at a model before it gets its name. */
  @FunctionalInterface
  public interface Check {
    void check(Model model) throws IOException;
  }

  /** The same as {@link #write(Path, Card, Map, Check)} for what needs no look. */
  public static Model write(Path folder, Card card, Map<String, byte[]> contents)
      throws IOException {
    return write(folder, card, contents, model -> {});
  }

  /**
   * Writes a model folder and the hashes into its card, and loads what was written.
   *
   * @param folder new; an existing one is left alone
   * @param card its hashes are replaced
   * @param contents by name relative to the folder; {@code card.yaml} is not among them
   * @param check sees it complete, and by its later name; what it throws undoes all of it
   * @throws FileAlreadyExistsException if the folder is there and not empty
   * @throws IOException if it cannot be written; then there is nothing left of it
   */
  public static Model write(Path folder, Card card, Map<String, byte[]> contents, Check check)
      throws IOException {
    Path path = checkFree(folder);
    for (String name : contents.keySet()) {
      String obstacle = Inside.obstacle(name).orElse(null);
      if (obstacle != null) {
        throw new IllegalArgumentException("the file '%s' %s".formatted(name, obstacle));
      }
    }
    // Whole or not at all: it gets its name when all of it is on the disk.
    Path begun = begun(path);
    try {
      delete(begun);
      Files.createDirectories(Objects.requireNonNull(begun.getParent()));
      Files.createDirectory(begun);
      writeAll(begun, card, contents);
      Disk.force(begun);
    } catch (IOException e) {
      delete(begun);
      throw new IOException("%s cannot be written: %s".formatted(folder, e.getMessage()), e);
    }
    try {
      check.check(Model.load(begun).named(path.getFileName().toString()));
      Files.move(begun, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      delete(begun);
    }
    return Model.load(folder);
  }

  private static Path begun(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".part");
  }

  /** Removes what a writer left that was ended in the middle. */
  public static void clear(Path folder) throws IOException {
    delete(begun(folder.toAbsolutePath().normalize()));
  }

  /**
   * Whether a model can be written there, before the work for it begins.
   *
   * @return the folder, absolute
   * @throws FileAlreadyExistsException if something is there, but for an empty folder
   */
  public static Path checkFree(Path folder) throws IOException {
    Path path = folder.toAbsolutePath().normalize();
    if (path.getFileName() == null) {
      throw new FileAlreadyExistsException("'%s' is no folder to be made".formatted(folder));
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isEmptyFolder(path)) {
      throw new FileAlreadyExistsException(
          folder + " is there already and not empty; remove it or name another");
    }
    return path;
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void writeAll(Path folder, Card card, Map<String, byte[]> contents)
      throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    for (var file : contents.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.write(path, file.getValue(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      hashes.put(file.getKey(), Model.sha256(file.getValue()));
    }
    CardFile.write(card.withFiles(hashes), folder.resolve(CardFile.NAME));
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> inside;
    try (Stream<Path> all = Files.walk(folder)) {
      inside = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inside) {
      Files.delete(path);
    }
  }

  /**
   * Writes the folder of a classifier, or of a network that gives features, from its parts.
   *
   * @param card a card file; what it names besides network and labels (licence, goldens) is taken
   *     from beside it, whatever hashes it gives
   * @param labels a file of labels, one a line; null where there are none
   * @param network the bytes of {@code model.onnx}
   * @param check as {@link #write(Path, Card, Map, Check)} has it
   */
  public static Model assemble(
      Path folder, Path card, @Nullable Path labels, byte[] network, Check check)
      throws IOException {
    Card read = readCard(card);
    Set<String> names = new TreeSet<>(read.files().keySet());
    names.removeAll(Set.of(Model.NETWORK, Model.LABELS));
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : names) {
      contents.put(name, readBeside(card, name));
    }
    if (labels != null) {
      readLabels(labels);
      contents.put(Model.LABELS, Files.readAllBytes(labels));
    }
    contents.put(Model.NETWORK, network);
    return write(folder, read, contents, check);
  }

  private static byte[] readBeside(Path card, String name) throws ModelException {
    Path folder = Objects.requireNonNull(card.toAbsolutePath().getParent());
    try {
      return Inside.read(folder, name, Model.LARGEST);
    } catch (IOException e) {
      throw new ModelException(
          "%s names '%s', which %s".formatted(card, name, Inside.reason(e)), e);
    }
  }
}
