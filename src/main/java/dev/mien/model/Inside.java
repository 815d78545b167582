package dev.mien.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files of a folder by names that somebody else wrote: a card, a manifest, a network. No name
 * leads out of the folder, through a link, or to something that is not a plain file.
 */
public final class Inside {
  private static final int LONGEST = 200;

  /** Control characters, line separators, and those that turn the direction of writing. */
  private static final Pattern INVISIBLE =
      Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\u202A-\\u202E\\u2066-\\u2069]");

  /** What Windows takes for a device, whatever its extension. */
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³])\\s*(\\..*)?");

  private Inside() {}

  /**
   * What keeps a name from naming a file in a folder, for messages; empty where nothing does. The
   * same names are taken on every system.
   *
   * @param name relative, its parts separated by {@code /}
   */
  public static Optional<String> obstacle(String name) {
    if (name.isEmpty()) {
      return Optional.of("is empty");
    }
    if (INVISIBLE.matcher(name).find()) {
      return Optional.of("holds a control character");
    }
    if (name.startsWith("/") || name.startsWith("\\") || name.matches("[A-Za-z]:.*")) {
      return Optional.of("is absolute; names are relative to the folder");
    }
    if (name.indexOf('\\') >= 0 || name.indexOf(':') >= 0) {
      return Optional.of("holds '\\' or ':'; folders are separated by '/'");
    }
    if (name.length() > LONGEST) {
      return Optional.of("is longer than %d characters".formatted(LONGEST));
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return Optional.of("lies outside the folder, or goes there by a detour");
      }
      if (part.endsWith(".") || !part.equals(part.strip()) || DEVICE.matcher(part).matches()) {
        return Optional.of("is no name for a file on every system");
      }
    }
    try {
      return Path.of(name).isAbsolute() ? Optional.of("is absolute") : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.of("cannot be the name of a file here");
    }
  }

  /**
   * The plain file of that name, looked at before it is opened.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if the name, a link on the way, or what is there forbids it; the message
   *     says what, without the name
   */
  public static Path file(Path folder, String name) throws IOException {
    Optional<String> obstacle = obstacle(name);
    if (obstacle.isPresent()) {
      throw new IOException(obstacle.get());
    }
    Path at = folder;
    for (Path part : Path.of(name)) {
      at = at.resolve(part.toString());
      if (Files.isSymbolicLink(at)) {
        throw new IOException("is a link; only plain files are read");
      }
    }
    if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(at.toString(), null, "is missing");
    }
    if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("is no plain file");
    }
    return at;
  }

  /**
   * All of the plain file of that name.
   *
   * @param most bytes that it may have
   * @throws IOException as {@link #file} does, or if it is longer
   */
  public static byte[] read(Path folder, String name, long most) throws IOException {
    Path file = file(folder, name);
    if (Files.size(file) > most) {
      throw tooLong(Files.size(file), most);
    }
    try (InputStream in =
        file.getFileSystem().equals(FileSystems.getDefault())
            ? Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
            : Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE));
      if (bytes.length > most) {
        throw tooLong(bytes.length, most);
      }
      return bytes;
    }
  }

  /**
   * What was wrong with a file, as a verb and without its path, which NIO's exceptions consist of.
   */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "is missing";
    }
    if (e instanceof AccessDeniedException) {
      return "is forbidden";
    }
    return e instanceof FileSystemException at && at.getReason() != null
        ? "cannot be opened: " + at.getReason()
        : String.valueOf(e.getMessage());
  }

  private static IOException tooLong(long bytes, long most) {
    return new IOException("has %d bytes, at most %d are read".formatted(bytes, most));
  }
}
