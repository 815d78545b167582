package dev.mien.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/** Stands between a source and a camera, and does what bad networks do. */
public final class Proxy implements AutoCloseable {
  public enum Mode {
    /** All that comes goes on. */
    PASS,
    /** Connections stand and are made, but nothing comes through. */
    HOLE,
    /** A few bytes a second come through. */
    TRICKLE,
    /** Connections are cut, and new ones at once. */
    CUT
  }

  private final Served served;
  private final int to;
  private volatile Mode mode = Mode.PASS;

  public Proxy(int to) throws IOException {
    this.to = to;
    served = Served.with((client, number) -> join(client));
  }

  public void be(Mode wanted) {
    mode = wanted;
  }

  public String url() {
    return served.url("rtsp");
  }

  private void join(Socket client) throws Exception {
    if (mode == Mode.HOLE) {
      served.hold();
    }
    try (Socket camera = new Socket(InetAddress.getLoopbackAddress(), to)) {
      client.setTcpNoDelay(true);
      Thread back = new Thread(() -> carryQuietly(client, camera), "proxy");
      back.setDaemon(true);
      back.start();
      carry(camera, client);
    }
  }

  private void carryQuietly(Socket from, Socket into) {
    try {
      carry(from, into);
    } catch (IOException e) {
      // One of the two went away.
    }
  }

  private void carry(Socket from, Socket into) throws IOException {
    byte[] bytes = new byte[1 << 14];
    InputStream in = from.getInputStream();
    OutputStream out = into.getOutputStream();
    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
      for (int at = 0; at < read; ) {
        while (mode == Mode.HOLE && !from.isClosed()) {
          LockSupport.parkNanos(2_000_000);
        }
        if (mode == Mode.CUT || from.isClosed()) {
          into.close();
          return;
        }
        int length = mode == Mode.TRICKLE ? 1 : read - at;
        out.write(bytes, at, length);
        at += length;
        if (mode == Mode.TRICKLE) {
          LockSupport.parkNanos(50_000_000);
        }
      }
    }
    into.close();
  }

  @Override
  public void close() throws IOException {
    served.close();
  }
}
