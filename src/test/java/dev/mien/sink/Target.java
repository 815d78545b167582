package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** GStreamer's RTSP server, as one that streams are pushed to. */
final class Target implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  final int port;

  /**
   * @param wanted its port; 0: any
   * @param login user and password, and perhaps the word digest
   */
  Target(Path folder, int wanted, String... login) throws IOException {
    URL script = Objects.requireNonNull(Target.class.getResource("record.py"));
    List<String> line =
        new ArrayList<>(
            List.of("/usr/bin/python3", Path.of(script.getPath()).toString(), "" + wanted));
    line.addAll(List.of(login));
    process = new ProcessBuilder(line).redirectError(folder.resolve("target.err").toFile()).start();
    out = process.inputReader();
    String ready = out.readLine();
    assertThat(ready).as(Files.readString(folder.resolve("target.err"))).startsWith("ready ");
    port = Integer.parseInt(ready.split(" ", -1)[1]);
  }

  String url(String userInfo) {
    return "rtsp://%s127.0.0.1:%d/door".formatted(userInfo, port);
  }

  void awaitFrames(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      assertThat(out.readLine()).isEqualTo("frame");
    }
  }

  /** Forgets what it has said until now. */
  void drain() throws IOException {
    while (out.ready()) {
      out.readLine();
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    Players.signal(process, name);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
