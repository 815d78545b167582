package dev.mien.onnx;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where Mien keeps what it would otherwise do again at each start. */
public final class CacheFolder {
  /** Environment variables by name. */
  @FunctionalInterface
  interface Environment {
    @Nullable String get(String name);
  }

  private CacheFolder() {}

  /** What systemd, the desktop or the user's home says, in this order; it need not be there yet. */
  public static Optional<Path> find() {
    return find(System::getenv);
  }

  static Optional<Path> find(Environment environment) {
    String systemd = environment.get("CACHE_DIRECTORY");
    if (systemd != null && !systemd.isBlank()) {
      return Optional.of(Path.of(systemd.split(":", 2)[0]).resolve("mien"));
    }
    String xdg = environment.get("XDG_CACHE_HOME");
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Optional.of(Path.of(xdg, "mien"));
    }
    String home = System.getProperty("user.home");
    return home == null || !Path.of(home).isAbsolute()
        ? Optional.empty()
        : Optional.of(Path.of(home, ".cache", "mien"));
  }
}
