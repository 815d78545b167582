package dev.mien.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A model folder whose every byte is what its card says.
 *
 * @param name of the folder
 * @param labels in the order of the network's outputs; empty for a model that finds faces
 * @param goldens pictures with the answers that it must give
 */
public record Model(
    String name, Path folder, Card card, List<String> labels, List<Golden> goldens) {
  /** The network of a classifier. */
  public static final String NETWORK = "model.onnx";

  /** The labels of a classifier: UTF-8, one a line. */
  public static final String LABELS = "labels.txt";

  /** Bytes of one file; what ONNX's own format holds is less than 2 GiB. */
  static final long LARGEST = 1L << 30;

  public Model {
    labels = List.copyOf(labels);
    goldens = List.copyOf(goldens);
  }

  /**
   * Reads the card and the labels and compares the sha256 of every file.
   *
   * @throws ModelException if anything is missing or is not what the card says
   */
  public static Model load(Path folder) throws ModelException {
    if (!Files.isDirectory(folder)) {
      throw new ModelException(
          folder + " is not a folder; a model is a folder with " + CardFile.NAME);
    }
    Path cardFile = folder.resolve(CardFile.NAME);
    if (!Files.isRegularFile(cardFile)) {
      throw new ModelException(
          folder + " has no card.yaml; a model says there what it is (docs/models.md)");
    }
    Card card = CardFile.read(cardFile);
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    Model unlabelled = new Model(name, folder, card, List.of(), List.of());
    if (card.files().isEmpty()) {
      throw new ModelException(cardFile + ": missing key 'files', the sha256 of each file");
    }
    for (String file : card.files().keySet()) {
      unlabelled.read(file);
    }
    if (card.findsFaces()) {
      return unlabelled;
    }
    unlabelled.listed(NETWORK);
    if (!card.classifies()) {
      return unlabelled;
    }
    List<String> labels = parseLabels(folder.resolve(LABELS), unlabelled.read(LABELS));
    return new Model(name, folder, card, labels, goldens(unlabelled, labels));
  }

  Model named(String other) {
    return new Model(other, folder, card, labels, goldens);
  }

  private static List<Golden> goldens(Model model, List<String> labels) throws ModelException {
    if (!model.card.files().containsKey(Golden.ANSWERS)) {
      return List.of();
    }
    String file = model.folder.resolve(Golden.ANSWERS).toString();
    List<Golden> goldens = Golden.parse(file, model.read(Golden.ANSWERS), labels);
    for (Golden golden : goldens) {
      model.listed(golden.picture());
    }
    return goldens;
  }

  /**
   * The bytes of a file of this folder, compared with the card's sha256 as they are read, so that
   * what runs is what was compared.
   */
  public byte[] read(String file) throws ModelException {
    String expected = listed(file);
    Path path = folder.resolve(file);
    byte[] bytes;
    try {
      bytes = Inside.read(folder, file, LARGEST);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "%s is missing; %s lists it".formatted(path, folder.resolve(CardFile.NAME)), e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: it %s".formatted(path, Inside.reason(e)), e);
    }
    String found = sha256(bytes);
    if (!found.equals(expected)) {
      throw new ModelException(
          "%s is not the file that its card describes: sha256 is %s, expected %s; get it again"
              .formatted(path, found, expected));
    }
    return bytes;
  }

  /** The one file of the card whose name ends with one of these, for detectors. */
  public Optional<Path> file(String... endings) {
    return card.files().keySet().stream()
        .filter(f -> List.of(endings).stream().anyMatch(f::endsWith))
        .findFirst()
        .map(folder::resolve);
  }

  private String listed(String file) throws ModelException {
    String hash = card.files().get(file);
    if (hash == null) {
      throw new ModelException(
          "%s: 'files' does not list %s with its sha256"
              .formatted(folder.resolve(CardFile.NAME), file));
    }
    return hash.toLowerCase(Locale.ROOT);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  static List<String> parseLabels(Path file, byte[] bytes) throws ModelException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException(file + " is not UTF-8", e);
    }
    // Editors of Windows begin with a byte order mark, others end with empty lines.
    List<String> labels =
        text.replaceFirst("^\uFEFF", "").stripTrailing().lines().map(String::strip).toList();
    if (labels.isEmpty()) {
      throw new ModelException(file + " is empty, expected one label a line");
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i).isEmpty()) {
        throw new ModelException("%s: line %d is empty".formatted(file, i + 1));
      }
      if (!seen.add(labels.get(i))) {
        throw new ModelException(
            "%s: line %d says '%s' again".formatted(file, i + 1, labels.get(i)));
      }
    }
    return labels;
  }
}
