package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.frame.Frame;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Players and a server of others: ffmpeg, GStreamer, gst-rtsp-server. */
@Timeout(180)
final class RtspPeersIT {
  private static final int RATE = 15;
  private static final int STEP = H264.TICKS / RATE;
  private static final int WANTED = 100;
  private static final long FRAME_MS = 1000 / RATE;

  private final Path folder;

  RtspPeersIT(@TempDir Path folder) {
    this.folder = folder;
  }

  /** Gives a sink frames in real time until it is closed; never waits for it longer than noted. */
  private static final class Feed implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final Sink sink;
    private final AtomicLong longest = new AtomicLong();
    private long number;

    Feed(Sink sink) {
      this.sink = sink;
      var unused =
          clock.scheduleAtFixedRate(this::next, 0, 1_000_000_000L / RATE, TimeUnit.NANOSECONDS);
    }

    private void next() {
      long time = Math.round(number * 1e9 / RATE);
      try (Frame frame = Footage.frame(number, time, 320, 240)) {
        long start = System.nanoTime();
        sink.write(frame, Footage.seen(frame));
        longest.accumulateAndGet(System.nanoTime() - start, Math::max);
        number++;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      clock.shutdownNow();
      try {
        assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      sink.close();
    }
  }

  private static void needs(String... program) throws IOException, InterruptedException {
    boolean there;
    try {
      Process asked = new ProcessBuilder(program).redirectErrorStream(true).start();
      asked.getInputStream().readAllBytes();
      there = asked.waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, String.join(" ", program) + " does not work here");
  }

  private Process start(String name, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve(name).toFile())
        .redirectError(folder.resolve(name + ".err").toFile())
        .start();
  }

  private Process ffmpeg(String name, String transport, String url, int frames) throws IOException {
    return start(
        name,
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
        "-f",
        "framecrc",
        "-");
  }

  private Process gstreamer(String name, String transport, String url) throws IOException {
    return start(
        name,
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
        "num-buffers=" + WANTED);
  }

  /** Share of the frames from the first to the last that came, by their times. */
  private double share(String name) throws IOException {
    List<Double> steps = new ArrayList<>();
    Pattern gst = Pattern.compile("pts: (\\d+):(\\d\\d):([\\d.]+)");
    for (String line : Files.readAllLines(folder.resolve(name))) {
      Matcher time = gst.matcher(line);
      if (time.find()) {
        steps.add(
            (Integer.parseInt(time.group(2)) * 60 + Double.parseDouble(time.group(3))) * RATE);
      } else if (line.startsWith("0,")) {
        steps.add(Double.parseDouble(line.split(",\\s*", -1)[2]) / STEP);
      }
    }
    assertThat(steps).as(Files.readString(folder.resolve(name + ".err"))).hasSizeGreaterThan(50);
    double expected = steps.get(steps.size() - 1) - steps.get(0) + 1;
    return steps.size() / expected;
  }

  @Test
  void eightMixedClientsGetTheFramesAndAStoppedOneCostsThemNothing() throws Exception {
    needs("ffmpeg", "-version");
    needs("gst-inspect-1.0", "--exists", "avdec_h264");
    Sink sink = new SinkAddress.Rtsp("127.0.0.1", 0, "door").open(Footage.outlet(folder));
    List<Process> players = new ArrayList<>();
    Process stopped = null;
    try (Feed feed = new Feed(sink)) {
      stopped = ffmpeg("stopped", "tcp", sink.name(), 100_000);
      while (Files.size(folder.resolve("stopped")) < 500) {
        Thread.onSpinWait();
      }
      assertThat(new ProcessBuilder("kill", "-STOP", "" + stopped.pid()).start().waitFor())
          .isZero();
      for (int i = 0; i < 8; i++) {
        String transport = i % 2 == 0 ? "tcp" : "udp";
        players.add(
            i < 4
                ? ffmpeg("client" + i, transport, sink.name(), WANTED)
                : gstreamer("client" + i, transport, sink.name()));
      }
      for (Process player : players) {
        player.waitFor();
      }
      assertThat(feed.longest.get()).isPositive();
    } finally {
      players.forEach(Process::destroyForcibly);
      if (stopped != null) {
        stopped.destroyForcibly();
      }
    }
    for (int i = 0; i < 8; i++) {
      assertThat(share("client" + i)).as("client " + i).isGreaterThan(0.98);
    }
  }

  /** A server for pushes. */
  private final class Target implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    final int port;

    Target(int wanted) throws IOException, InterruptedException {
      URL script = Objects.requireNonNull(RtspPeersIT.class.getResource("record.py"));
      process =
          new ProcessBuilder("/usr/bin/python3", Path.of(script.getPath()).toString(), "" + wanted)
              .redirectError(folder.resolve("target.err").toFile())
              .start();
      out = process.inputReader();
      String ready = out.readLine();
      assertThat(ready).as(Files.readString(folder.resolve("target.err"))).startsWith("ready ");
      port = Integer.parseInt(ready.split(" ", -1)[1]);
    }

    void awaitFrames(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        assertThat(out.readLine()).isEqualTo("frame");
      }
    }

    void signal(String name) throws IOException, InterruptedException {
      assertThat(new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor())
          .isZero();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void pushesToAServerThatStopsDiesAndComesBack() throws Exception {
    needs("/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')");
    int port;
    Feed feed;
    try (Target first = new Target(0)) {
      port = first.port;
      String url = "rtsp://door:geheim@127.0.0.1:" + port + "/door";
      Sink sink = SinkAddress.parse(url).open(Footage.outlet(folder));
      assertThat(sink.name()).doesNotContain("geheim");
      feed = new Feed(sink);
      first.awaitFrames(20);
      first.signal("STOP");
      long before = feed.number;
      while (feed.number < before + 5 * RATE) {
        Thread.onSpinWait();
      }
      first.signal("CONT");
      first.awaitFrames(20);
    }
    try (feed;
        Target second = new Target(port)) {
      second.awaitFrames(20);
    }
    // Writing took what encoding takes; the limit only tells it from waiting for the server.
    assertThat(TimeUnit.NANOSECONDS.toMillis(feed.longest.get())).isLessThan(FRAME_MS * 40);
  }
}
