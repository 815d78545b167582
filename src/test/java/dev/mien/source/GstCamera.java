package dev.mien.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A camera of somebody else's making: GStreamer's RTSP server, in a process of its own. */
final class GstCamera implements AutoCloseable {
  private static final Path SCRIPT = Path.of("src/test/resources/dev/mien/source/camera.py");

  /** Debian's own Python has GStreamer's bindings, another that comes first in the path has not. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final String TEST =
      "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! ";

  static final String H264 =
      TEST
          + "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0";
  static final String H265 =
      TEST
          + "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph265pay name=pay0";
  static final String MJPEG = TEST + "jpegenc ! rtpjpegpay name=pay0";
  static final String SOUND = "audiotestsrc is-live=true ! mulawenc ! rtppcmupay name=pay%d";

  private final Process process;
  private final int port;

  private GstCamera(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /**
   * @param login user and password, and perhaps the word digest
   */
  static GstCamera start(int port, String pipeline, String... login) throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of(PYTHON)), "no " + PYTHON);
    List<String> line =
        new ArrayList<>(List.of(PYTHON, SCRIPT.toString(), Integer.toString(port), pipeline));
    line.addAll(List.of(login));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    BufferedReader out = process.inputReader();
    for (String said = out.readLine(); !"ready".equals(said); said = out.readLine()) {
      Assumptions.assumeTrue(
          said != null && !said.contains("Error"), "no GStreamer RTSP server for Python: " + said);
    }
    return new GstCamera(process, port);
  }

  /** With user info, or without where that is empty. */
  String url(String userInfo) {
    return "rtsp://%s127.0.0.1:%d/cam".formatted(userInfo, port);
  }

  void signal(String signal) throws Exception {
    Clips.run(List.of("kill", "-" + signal, Long.toString(process.pid())));
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
