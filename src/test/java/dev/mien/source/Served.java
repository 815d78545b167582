package dev.mien.source;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The other side of a network address on a free port of this machine, as bad as a test wants. */
final class Served implements AutoCloseable {
  static final String USER_INFO = "user:gehe1m@";

  /** What is done with one who connects, and the how-manieth that is; then it is hung up. */
  interface Answer {
    void to(Socket client, int number) throws Exception;
  }

  private final ServerSocket server = new ServerSocket();
  private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);

  private Served(int port, Answer answer) throws IOException {
    server.setReuseAddress(true);
    bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    start(
        () -> {
          while (true) {
            Socket client = server.accept();
            clients.add(client);
            int number = connections.getAndIncrement();
            start(
                () -> {
                  try (client) {
                    answer.to(client, number);
                  }
                });
          }
        });
  }

  /** A port that was in use just now may be so for another moment. */
  private void bind(InetSocketAddress address) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        server.bind(address);
        return;
      } catch (BindException e) {
        if (tries == 100) {
          throw e;
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static void start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // The client or the server went away, which is what the tests are about.
              }
            },
            "served");
    thread.setDaemon(true);
    thread.start();
  }

  static Served with(Answer answer) throws IOException {
    return on(0, answer);
  }

  static Served on(int port, Answer answer) throws IOException {
    return new Served(port, answer);
  }

  /** An answer that is a few words and the end. */
  static Answer saying(String words) {
    return (client, number) -> {
      request(client);
      client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    };
  }

  /** Somebody connects and is never answered. */
  static Served silent() throws IOException {
    return with((client, number) -> new CountDownLatch(1).await());
  }

  /** Reads what a client asks for, as HTTP and RTSP have it. */
  static String request(Socket client) throws IOException {
    StringBuilder asked = new StringBuilder();
    while (asked.indexOf("\r\n\r\n") < 0) {
      int read = client.getInputStream().read();
      if (read < 0) {
        break;
      }
      asked.append((char) read);
    }
    return asked.toString();
  }

  /** The first words of a camera that sends a transport stream over HTTP. */
  static void live(Socket client) throws IOException {
    request(client);
    client
        .getOutputStream()
        .write(
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
  }

  /** Waits until the test is over. */
  void hold() throws InterruptedException {
    end.await();
  }

  int port() {
    return server.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  /** With a user and a password. */
  String url(String scheme) {
    return "%s://%s127.0.0.1:%d/cam".formatted(scheme, USER_INFO, port());
  }

  @Override
  public void close() throws IOException {
    end.countDown();
    server.close();
    for (Socket client : clients) {
      client.close();
    }
  }
}
