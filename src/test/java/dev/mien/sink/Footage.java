package dev.mien.sink;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.rtsp.RtspServers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Frames and observations for tests, and videos read back. */
final class Footage {
  static final long MS = 1_000_000L;

  private Footage() {}

  /** A white square on gray moves by its sequence number; the right half of the top is red. */
  @MustBeClosed
  static Frame frame(long sequence, long timestamp, int width, int height) {
    Mat image = new Mat(height, width, opencv_core.CV_8UC3);
    int side = Math.max(1, height / 4);
    int x = (int) (sequence * 3 % width);
    try (Scalar gray = new Scalar(90, 90, 90, 0);
        Scalar white = new Scalar(255, 255, 255, 0);
        Scalar red = new Scalar(0, 0, 255, 0);
        Rect half = new Rect(width / 2, 0, width - width / 2, (height + 1) / 2);
        Rect square = new Rect(x, height / 2, side, side)) {
      image.put(gray);
      opencv_imgproc.rectangle(image, half, red, -1, opencv_imgproc.LINE_8, 0);
      opencv_imgproc.rectangle(image, square, white, -1, opencv_imgproc.LINE_8, 0);
    }
    return new Frame(sequence, timestamp, image);
  }

  static Observation seen(Frame frame, Face... faces) {
    return new Observation(
        "door", frame.sequence(), frame.timestamp(), frame.size(), List.of(faces));
  }

  static Face face(long id, double x, double y, double w, double h, Face.Label... labels) {
    return new Face(id, new Detection(new Box(x, y, w, h), 0.94, null), List.of(labels));
  }

  static Face.Label happy() {
    return new Face.Label(
        "emotion",
        "emotion",
        "happy",
        0.71,
        List.of(new Score("happy", 0.71), new Score("sad", 0.29)));
  }

  static Outlet outlet(Path folder) {
    return new Outlet(
        "door",
        OutputStream.nullOutputStream(),
        Controls.NONE,
        folder,
        OptionalDouble.empty(),
        Pages.NONE,
        new RtspServers(Map.of()),
        () -> "",
        false,
        Recording.plain(Clock.system(ZoneId.systemDefault())));
  }

  /** One frame read back: milliseconds since the start, size, and the colour of one place. */
  record Shown(double ms, Size size, List<Integer> rgb) {}

  /** Every frame of a video, with the colour at three quarters of the width, a quarter down. */
  static List<Shown> read(Path video) throws IOException {
    avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    List<Shown> frames = new ArrayList<>();
    try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(video.toFile())) {
      grabber.start();
      for (var f = grabber.grabImage(); f != null; f = grabber.grabImage()) {
        var pixels = (java.nio.ByteBuffer) f.image[0];
        int at = f.imageHeight / 4 * f.imageStride + f.imageWidth * 3 / 4 * 3;
        List<Integer> rgb = Stream.of(2, 1, 0).map(c -> pixels.get(at + c) & 255).toList();
        frames.add(new Shown(f.timestamp / 1000.0, new Size(f.imageWidth, f.imageHeight), rgb));
      }
    }
    return frames;
  }

  /** A JVM of its own with this one's classes. */
  static ProcessBuilder java(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
