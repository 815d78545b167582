package dev.mien.source;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what comes out of a named pipe to a socket that only this user reaches. FFmpeg waits at a
 * socket as long as it is told, but at a pipe for as long as the writer is silent.
 */
final class Pump implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pump.class);
  private static final int FILE_TYPE = 0170000;
  private static final int FIFO = 0010000;
  private static final int CHUNK = 1 << 16;

  private final Path pipe;
  private final Path folder;
  private final ServerSocketChannel door;
  private @Nullable FileChannel writer;
  private @Nullable FileChannel reader;
  private boolean closed;

  private Pump(Path pipe, Path folder, ServerSocketChannel door) {
    this.pipe = pipe;
    this.folder = folder;
    this.door = door;
  }

  static Pump start(Path pipe) throws IOException {
    Path folder = Files.createTempDirectory("mien");
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Pump pump = new Pump(pipe, folder, door);
    try {
      door.bind(UnixDomainSocketAddress.of(pump.socket()));
      int mode = (Integer) Files.getAttribute(pipe, "unix:mode");
      if ((mode & FILE_TYPE) == FIFO && Files.isWritable(pipe)) {
        // Opening a pipe waits for a writer: until the first bytes come, that is us.
        pump.writer = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
    } catch (IOException e) {
      pump.close();
      throw e;
    }
    Thread thread = new Thread(pump::carry, "pump " + pipe.getFileName());
    thread.setDaemon(true);
    thread.start();
    return pump;
  }

  private Path socket() {
    return folder.resolve("pipe");
  }

  String url() {
    return "unix:" + socket();
  }

  private void carry() {
    try (SocketChannel out = door.accept();
        FileChannel in = FileChannel.open(pipe, StandardOpenOption.READ)) {
      if (!reading(in)) {
        return;
      }
      ByteBuffer bytes = ByteBuffer.allocateDirect(CHUNK);
      while (in.read(bytes) >= 0) {
        stopWriting();
        bytes.flip();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        bytes.clear();
      }
    } catch (IOException e) {
      log.debug("{}: not carried any further", pipe, e);
    }
  }

  private synchronized boolean reading(FileChannel opened) {
    reader = opened;
    return !closed;
  }

  private synchronized void stopWriting() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  /** Ends the thread where it waits, except for a pipe that we may not write to and nobody does. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      door.close();
      if (reader != null) {
        reader.close();
      }
      stopWriting();
      Files.deleteIfExists(socket());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      log.debug("{}: not closed", pipe, e);
    }
  }
}
