package dev.mien.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written by us alone. The lock ends with the process, however that ends.
 *
 * <p>No other channel to it may be closed while it is held, for that would end the lock.
 */
final class Held implements AutoCloseable {
  private final Path file;
  private final boolean made;
  private final boolean regular;
  private final @Nullable Object key;
  private final FileChannel channel;
  private long size;

  private Held(Path file, boolean made, FileChannel channel) throws IOException {
    this.file = file;
    this.made = made;
    this.channel = channel;
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    regular = is.isRegularFile();
    key = is.fileKey();
    size = is.size();
  }

  /**
   * Opens it; what is in it stays.
   *
   * @throws InUseException if another run writes it
   */
  static Held open(Path file) throws IOException {
    boolean made = !Files.exists(file);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    try {
      if (Files.isRegularFile(file) && !lock(channel)) {
        throw new InUseException("is written by another run already");
      }
      return new Held(file, made, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Somebody else writes it. */
  static final class InUseException extends IOException {
    private static final long serialVersionUID = 1L;

    InUseException(String message) {
      super(message);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // Not every file system knows locks.
    }
  }

  Path file() {
    return file;
  }

  /** Appends. */
  FileChannel channel() {
    return channel;
  }

  /** What is in it goes. */
  void clear() throws IOException {
    if (regular) {
      channel.truncate(0);
      size = 0;
    }
  }

  /** What happened to it behind our back. */
  enum Harm {
    NONE,
    /** It is there no more. */
    REMOVED,
    /** Another file has its name. */
    REPLACED,
    /** Its end, or all of it, was cut off. */
    SHORTENED
  }

  /** Cheap enough for every frame. */
  Harm look() {
    if (!regular) {
      return Harm.NONE;
    }
    try {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      if (!Objects.equals(key, is.fileKey())) {
        return Harm.REPLACED;
      }
      boolean shorter = is.size() < size;
      size = is.size();
      return shorter ? Harm.SHORTENED : Harm.NONE;
    } catch (NoSuchFileException e) {
      return Harm.REMOVED;
    } catch (IOException e) {
      return Harm.NONE; // Writing will tell.
    }
  }

  /** Whether nothing is in it, and nobody else made it. */
  private boolean worthless() throws IOException {
    return made && regular && look() == Harm.NONE && Files.size(file) == 0;
  }

  /**
   * @param keepEmpty whether it stays where nothing is in it
   */
  void close(boolean keepEmpty) throws IOException {
    try (channel) {
      if (!keepEmpty && worthless()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    close(false);
  }
}
