package dev.mien.command;

import dev.mien.model.Models;
import java.nio.file.Path;

/** Where Mien is installed; the launcher says it. */
final class Home {
  private Home() {}

  static Path folder() {
    return Path.of(System.getProperty("mien.home", "."));
  }

  static Models models() {
    return new Models(folder().resolve("models"));
  }

  static Path demoClip() {
    return folder().resolve("src/demo/cap13_edit2.mp4");
  }
}
