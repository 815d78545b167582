package dev.mien.service;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A datagram socket in systemd's place. */
final class Listener implements AutoCloseable {
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final long PATIENCE_SECONDS = 20;

  private static final int MOST = 500;

  private interface LibC extends Library {
    int socket(int domain, int type, int protocol) throws LastErrorException;

    int bind(int socket, byte[] address, int size) throws LastErrorException;

    int setsockopt(int socket, int level, int name, byte[] value, int size)
        throws LastErrorException;

    NativeLong recv(int socket, byte[] buffer, NativeLong size, int flags)
        throws LastErrorException;

    int close(int socket) throws LastErrorException;
  }

  private final LibC libc = Native.load("c", LibC.class);
  private final int socket;

  Listener(String path) {
    socket = libc.socket(Datagrams.AF_UNIX, Datagrams.SOCK_DGRAM, 0);
    byte[] address = Datagrams.address(path);
    libc.bind(socket, address, address.length);
    byte[] time =
        ByteBuffer.allocate(2 * Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(PATIENCE_SECONDS)
            .array();
    libc.setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, time, time.length);
  }

  /** The next one; waits for it. */
  String next() {
    byte[] buffer = new byte[4096];
    int size = libc.recv(socket, buffer, new NativeLong(buffer.length), 0).intValue();
    return new String(buffer, 0, size, StandardCharsets.UTF_8);
  }

  /** All up to the one that begins so, in order. */
  List<String> until(String start) {
    List<String> all = new ArrayList<>();
    do {
      if (all.size() == MOST) {
        throw new AssertionError("no " + start + " in " + all);
      }
      all.add(next());
    } while (!all.get(all.size() - 1).startsWith(start));
    return all;
  }

  @Override
  public void close() {
    libc.close(socket);
  }
}
