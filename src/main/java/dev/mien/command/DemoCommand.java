package dev.mien.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job with no camera and no options. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Takes the clip of the repository through every stage.")
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "mien-demo",
      description = "Where the results go (default: mien-demo).")
  Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    AnalyzeCommand analyze = new AnalyzeCommand();
    analyze.videos = List.of(Home.demoClip().toString());
    analyze.out = out;
    analyze.flags.classify = List.of("mask", "emotion");
    analyze.flags.detector = "yunet";
    analyze.flags.device = "auto";
    int status = analyze.call();
    if (status == Status.DONE) {
      System.out.printf(
          "%nLook at annotated.mp4 first. Then: ./mien watch --source 0   (your camera)%n");
    }
    return status;
  }
}
