package dev.mien.service;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Sends to a datagram socket of the file system, unix(7), which the JDK's channels cannot. */
final class Datagrams implements AutoCloseable {
  static final int AF_UNIX = 1;
  static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDTIMEO = 21;
  private static final int LONGEST = 108;

  /** A listener that does not listen holds nobody up for longer. */
  private static final long PATIENCE_SECONDS = 1;

  /** The C library. */
  private interface LibC extends Library {
    int socket(int domain, int type, int protocol) throws LastErrorException;

    int setsockopt(int socket, int level, int name, byte[] value, int size)
        throws LastErrorException;

    NativeLong sendto(
        int socket, byte[] message, NativeLong length, int flags, byte[] address, int size)
        throws LastErrorException;

    int close(int socket) throws LastErrorException;
  }

  private final LibC libc;
  private final byte[] address;
  private final int socket;

  /**
   * @param path absolute, or {@code @NAME} for one without a file
   * @throws IllegalArgumentException if it is neither
   */
  Datagrams(String path) throws IOException {
    address = address(path);
    try {
      libc = Native.load("c", LibC.class);
      socket = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      byte[] time = // struct timeval
          ByteBuffer.allocate(2 * Long.BYTES)
              .order(ByteOrder.nativeOrder())
              .putLong(PATIENCE_SECONDS)
              .array();
      libc.setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, time, time.length);
    } catch (LastErrorException | LinkageError e) {
      throw new IOException("no datagram socket: " + e.getMessage(), e);
    }
  }

  /** A struct sockaddr_un: the family, then the path with a NUL behind it, or in place of the @. */
  static byte[] address(String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    boolean isAbstract = path.startsWith("@");
    if ((!isAbstract && !path.startsWith("/")) || name.length >= LONGEST) {
      throw new IllegalArgumentException(
          "found '" + path + "', expected an absolute path or @NAME, of up to 107 bytes");
    }
    if (isAbstract) {
      name[0] = 0;
    }
    return ByteBuffer.allocate(Short.BYTES + name.length + (isAbstract ? 0 : 1))
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_UNIX)
        .put(name)
        .array();
  }

  void send(String text) throws IOException {
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    try {
      NativeLong unused =
          libc.sendto(
              socket,
              message,
              new NativeLong(message.length),
              MSG_NOSIGNAL,
              address,
              address.length);
    } catch (LastErrorException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    libc.close(socket);
  }
}
