package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import dev.mien.rtsp.RtspServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM of its own shows the window on a display of its own, and keys are typed at it. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class WindowSinkIT {
  private final Path folder;
  private final List<Process> started = new ArrayList<>();

  WindowSinkIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void end() throws Exception {
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).destroy();
      started.get(i).waitFor();
    }
  }

  /** Shows a moving picture and says what the keys ask for, until it is to quit. */
  static final class Show {
    private Show() {}

    public static void main(String[] args) throws Exception {
      Object asked = new Object();
      boolean[] quit = new boolean[1];
      Controls controls =
          new Controls() {
            @Override
            public void quit() {
              System.out.println("quit");
              synchronized (asked) {
                quit[0] = true;
                asked.notifyAll();
              }
            }

            @Override
            public void pause() {
              System.out.println("pause");
            }
          };
      Outlet outlet =
          new Outlet(
              "door",
              OutputStream.nullOutputStream(),
              controls,
              Path.of(args[0]),
              OptionalDouble.of(25),
              Pages.NONE,
              new RtspServers(Map.of()),
              () -> "",
              true,
              Recording.plain(Clock.system(ZoneId.systemDefault())));
      try (Sink sink = SinkAddress.parse(args[1]).open(outlet)) {
        for (int i = 0; !quit[0]; i++) {
          try (Frame frame = Footage.frame(i, i * 40L * Footage.MS, 320, 240)) {
            sink.write(frame, Footage.seen(frame));
          }
          synchronized (asked) {
            asked.wait(20);
          }
          if (!args[1].equals("window") && i == 20) {
            return;
          }
        }
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
        System.exit(2);
      }
    }
  }

  @Test
  void keysQuitPauseSaveAndFillTheScreen() throws Exception {
    String display = display();
    Process show = show(display);
    BufferedReader said = show.inputReader();
    String id = ask(display, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^door");
    assertThat(geometry(display, id)).contains("WIDTH=640", "HEIGHT=480");
    ask(display, "xdotool", "windowactivate", "--sync", id);
    ask(display, "xdotool", "key", "space");
    assertThat(said.readLine()).isEqualTo("pause");
    ask(display, "xdotool", "key", "space");
    assertThat(said.readLine()).isEqualTo("pause");

    ask(display, "xdotool", "key", "f");
    await(() -> geometry(display, id).contains("WIDTH=1024"));
    assertThat(geometry(display, id)).contains("HEIGHT=768");
    ask(display, "xdotool", "key", "f");
    await(() -> geometry(display, id).contains("WIDTH=640"));

    ask(display, "xdotool", "windowactivate", "--sync", id);
    ask(display, "xdotool", "key", "s");
    await(() -> !pictures().isEmpty());
    Path saved = pictures().get(0);
    assertThat(saved.getFileName().toString()).matches("door-\\d+\\.png");
    try (Mat picture = opencv_imgcodecs.imread(saved.toString())) {
      assertThat(picture.cols()).isEqualTo(320);
      assertThat(picture.ptr(60, 240).get(0) & 255).isZero();
      assertThat(picture.ptr(60, 240).get(2) & 255).isEqualTo(255);
    }
    ask(display, "xdotool", "key", "q");
    // The log, which names the picture, may share the stream.
    assertThat(said.lines()).contains("quit");
    assertThat(show.waitFor()).isZero();
  }

  @Test
  void escapeAndClosingTheWindowQuit() throws Exception {
    String display = display();
    for (String way : List.of("escape", "close")) {
      Process show = show(display);
      String id = ask(display, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^door");
      if (way.equals("escape")) {
        ask(display, "xdotool", "windowactivate", "--sync", id);
        ask(display, "xdotool", "key", "Escape");
      } else {
        ask(display, "wmctrl", "-i", "-c", id);
      }
      assertThat(show.inputReader().readLine()).as(way).isEqualTo("quit");
      assertThat(show.waitFor()).isZero();
    }
  }

  @Test
  void withoutADisplayItIsOneLine() throws Exception {
    for (String display : new String[] {"", ":4711"}) {
      ProcessBuilder java = Footage.java(List.of(), Show.class, folder.toString(), "window");
      java.environment().put("DISPLAY", display);
      if (display.isEmpty()) {
        java.environment().remove("DISPLAY");
      }
      Process show = start(java);
      assertThat(show.inputReader().lines().toList())
          .singleElement()
          .asString()
          .startsWith("window needs a display: ")
          .contains(display.isEmpty() ? "DISPLAY is not set" : "nothing answers at DISPLAY=:4711");
      assertThat(show.errorReader().lines().toList()).isEmpty();
      assertThat(show.waitFor()).isEqualTo(2);
    }
  }

  @Test
  void nothingOfAwtIsLoadedForTheOtherSinks() throws Exception {
    for (String to : List.of("o.mp4", "o.jsonl", "-", "faces/")) {
      String address = to.equals("-") ? to : folder + "/" + to;
      ProcessBuilder java =
          Footage.java(List.of("-Xlog:class+load"), Show.class, folder.toString(), address);
      java.environment().remove("DISPLAY");
      Process show = start(java);
      List<String> lines = show.inputReader().lines().toList();
      assertThat(lines).as(to).anyMatch(line -> line.contains("dev.mien.sink.SinkAddress"));
      assertThat(lines)
          .as(to)
          .noneMatch(line -> line.matches(".* (java\\.awt|javax\\.swing)\\..*"));
      assertThat(show.waitFor()).isZero();
    }
  }

  private Process show(String display) throws Exception {
    ProcessBuilder java = Footage.java(List.of(), Show.class, folder.toString(), "window");
    java.environment().put("DISPLAY", display);
    return start(java.redirectError(ProcessBuilder.Redirect.INHERIT));
  }

  /** A screen of 1024x768 with a window manager, without which keys reach no window. */
  private String display() throws Exception {
    for (String tool : List.of("Xvfb", "openbox", "xdotool", "wmctrl")) {
      Assumptions.assumeTrue(
          new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() == 0,
          tool + " is not installed");
    }
    Process server =
        start(
            new ProcessBuilder(
                    "Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    String display = ":" + Objects.requireNonNull(server.inputReader().readLine(), "Xvfb ended");
    ProcessBuilder manager = new ProcessBuilder("openbox");
    manager.environment().put("DISPLAY", display);
    start(manager.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD));
    await(() -> ask(display, "sh", "-c", "wmctrl -m || true").contains("Openbox"));
    return display;
  }

  private Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static String geometry(String display, String id) throws Exception {
    return ask(display, "xdotool", "getwindowgeometry", "--shell", id);
  }

  private static String ask(String display, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DISPLAY", display);
    Process process = builder.redirectErrorStream(true).start();
    String answer = String.join("\n", process.inputReader().lines().toList());
    process.waitFor();
    return answer.strip();
  }

  private List<Path> pictures() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".png")).toList();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  /** Asks again and again; the test's own time limit ends it. */
  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      Thread.onSpinWait();
    }
  }
}
