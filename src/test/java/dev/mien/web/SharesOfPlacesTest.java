package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One address does not keep the others out. */
@Timeout(120)
final class SharesOfPlacesTest {
  /** The first line of the answer; null where there is none. */
  private static String ask(Socket socket, String path) throws IOException {
    try {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String line =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      return String.valueOf(line);
    } catch (SocketException e) {
      return "null";
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void ofTheStreams() throws IOException {
    List<Socket> viewers = new ArrayList<>();
    try (Stage stage = new Stage(null, 64, 48)) {
      for (int i = 0; i < 64; i++) {
        Socket viewer = stage.connect("127.0.0.2");
        viewers.add(viewer);
        assertThat(ask(viewer, "/api/observations")).contains("200");
      }
      try (Socket more = stage.connect("127.0.0.2");
          Socket other = stage.connect("127.0.0.1")) {
        assertThat(ask(more, "/live.mjpg")).contains("503");
        assertThat(ask(more, "/api/cameras")).contains("200");
        assertThat(ask(other, "/api/observations")).contains("200");
      }
    } finally {
      close(viewers);
    }
  }

  @Test
  void ofTheConnections() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try (Stage stage = new Stage(null, 64, 48)) {
      for (int i = 0; i < 250; i++) {
        silent.add(stage.connect("127.0.0.2"));
      }
      try (Socket other = stage.connect("127.0.0.1")) {
        assertThat(ask(other, "/api/cameras")).contains("200");
      }
      close(silent);
      while (true) {
        try (Socket again = stage.connect("127.0.0.2")) {
          if (ask(again, "/api/cameras").contains("200")) {
            break;
          }
        }
      }
    } finally {
      close(silent);
    }
  }
}
