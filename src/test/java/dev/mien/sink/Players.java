package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Eight players of others at one stream: ffmpeg and GStreamer, over TCP and UDP. */
final class Players implements AutoCloseable {
  static final int COUNT = 8;

  private static final double STEP = (double) H264.TICKS / Feed.RATE;

  private final Path folder;
  private final String url;
  private final int frames;
  private final List<Process> running = new ArrayList<>();

  /**
   * @param folder where they write what they get
   * @param frames after which each of them ends
   */
  Players(Path folder, String url, int frames) throws IOException {
    this.folder = folder;
    this.url = url;
    this.frames = frames;
    for (int i = 0; i < COUNT; i++) {
      running.add(start(i, ffmpeg(i) ? ffmpeg(transport(i)) : gstreamer(transport(i))));
    }
  }

  private static boolean ffmpeg(int player) {
    return player < COUNT / 2;
  }

  private static String transport(int player) {
    return player % 2 == 0 ? "tcp" : "udp";
  }

  static String name(int player) {
    return (ffmpeg(player) ? "ffmpeg" : "GStreamer") + " over " + transport(player);
  }

  private Process start(int player, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(output(player).toFile())
        .redirectError(errors(player).toFile())
        .start();
  }

  private Path output(int player) {
    return folder.resolve("player" + player);
  }

  private Path errors(int player) {
    return folder.resolve("player" + player + ".err");
  }

  private List<String> ffmpeg(String transport) {
    return List.of(
        "ffmpeg",
        "-v",
        "error",
        "-rtsp_transport",
        transport,
        "-i",
        url,
        "-c",
        "copy",
        "-frames:v",
        Integer.toString(frames),
        "-flush_packets",
        "1",
        "-f",
        "framecrc",
        "-");
  }

  private List<String> gstreamer(String transport) {
    return List.of(
        "gst-launch-1.0",
        "-v",
        "rtspsrc",
        "location=" + url,
        "protocols=" + transport,
        "latency=500",
        "!",
        "rtph264depay",
        "!",
        "h264parse",
        "!",
        "avdec_h264",
        "!",
        "fakesink",
        "silent=false",
        "num-buffers=" + frames);
  }

  /** Stops one as soon as it plays, as a laptop does that is shut. */
  void stop(int player) throws IOException, InterruptedException {
    while (times(player).size() < 5) {
      assertThat(running.get(player).isAlive()).as(Files.readString(errors(player))).isTrue();
      LockSupport.parkNanos(10_000_000);
    }
    signal(running.get(player), "STOP");
  }

  static void signal(Process process, String signal) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor())
        .isZero();
  }

  /** Waits until all have what they wanted, but for one that was stopped. */
  void await(int without) throws InterruptedException {
    for (int i = 0; i < COUNT; i++) {
      if (i != without) {
        assertThat(running.get(i).waitFor(120, TimeUnit.SECONDS)).as(name(i)).isTrue();
      }
    }
  }

  /** When each of its frames was to be shown, in frames. */
  private List<Double> times(int player) throws IOException {
    List<Double> times = new ArrayList<>();
    Pattern gst = Pattern.compile("pts: (\\d+):(\\d\\d):([\\d.]+)");
    Pattern crc = Pattern.compile("0,\\s*-?\\d+,\\s*(-?\\d+),.*");
    for (String line : Files.readAllLines(output(player))) {
      Matcher time = gst.matcher(line);
      Matcher packet = crc.matcher(line);
      if (time.find()) {
        double seconds = Integer.parseInt(time.group(2)) * 60 + Double.parseDouble(time.group(3));
        times.add(seconds * Feed.RATE);
      } else if (packet.matches()) {
        times.add(Long.parseLong(packet.group(1)) / STEP);
      }
    }
    return times;
  }

  /** Share of the frames from the first to the last that a player got. */
  double share(int player) throws IOException {
    List<Double> times = times(player);
    assertThat(times).as(Files.readString(errors(player))).hasSizeGreaterThan(frames / 2);
    return times.size() / (times.get(times.size() - 1) - times.get(0) + 1);
  }

  @Override
  public void close() {
    running.forEach(Process::destroyForcibly);
  }
}
