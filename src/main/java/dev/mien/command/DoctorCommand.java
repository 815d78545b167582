package dev.mien.command;

import dev.mien.onnx.Network;
import dev.mien.source.Cameras;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import picocli.CommandLine.Command;

/** What this machine has, and why something is not used. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "What this machine has, and why something is not used.")
final class DoctorCommand implements Callable<Integer> {
  private int status = Status.DONE;

  @Override
  public Integer call() {
    row("java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    row(
        "platform",
        Loader.getPlatform() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    row("heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MB");
    tryRow("glibc", DoctorCommand::glibc);
    tryRow(
        "opencv", () -> opencv_core.CV_VERSION + ", natives loaded: " + loaded(opencv_core.class));
    tryRow("ffmpeg", () -> avutil.av_version_info().getString());
    for (String name : List.of("h264", "hevc", "mjpeg", "vp9", "av1")) {
      tryRow(
          "decoder",
          () -> name + (avcodec.avcodec_find_decoder_by_name(name) == null ? ": missing" : ""));
    }
    tryRow(
        "encoder",
        () ->
            "libopenh264"
                + (avcodec.avcodec_find_encoder_by_name("libopenh264") == null ? ": missing" : ""));
    Optional<String> obstacle = Network.cudaObstacle();
    row("cpu", "usable, one thread a network");
    row("cuda", obstacle.map(o -> "not used: " + o).orElse("usable"));
    List<String> cameras = Cameras.devices();
    if (cameras.isEmpty()) {
      row("camera", "none at this machine");
    }
    Cameras.obstacle().ifPresent(o -> row("camera", "not usable: " + o));
    cameras.forEach(c -> row("camera", c + " " + Cameras.title(c)));
    String display = System.getenv("DISPLAY");
    row(
        "display",
        display == null || display.isEmpty()
            ? "none (DISPLAY is not set): --to window does not work here"
            : display);
    tryRow(
        "models", () -> Home.models().folder() + ": " + String.join(", ", Home.models().names()));
    return status;
  }

  private static String glibc() throws IOException {
    Optional<String> found = Glibc.found();
    Optional<String> needed = Glibc.needed(Glibc.jars());
    String both = "%s found, %s needed".formatted(found.orElse("none"), needed.orElse("none"));
    if (needed.isPresent()
        && (found.isEmpty() || Glibc.minor(found.get()) < Glibc.minor(needed.get()))) {
      throw new IOException(both + ": use a newer distribution");
    }
    return both;
  }

  private static String loaded(Class<?> type) {
    return Loader.load(type) == null ? "no" : "yes";
  }

  private interface Look {
    String see() throws Exception;
  }

  private void tryRow(String key, Look look) {
    try {
      row(key, look.see());
    } catch (Exception | LinkageError e) {
      row(key, "BROKEN: " + e.getMessage());
      status = Status.UNUSABLE;
    }
  }

  private static void row(String key, String value) {
    System.out.printf("%-10s %s%n", key, value);
  }
}
