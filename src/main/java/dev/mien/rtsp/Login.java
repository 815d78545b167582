package dev.mien.rtsp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The user that the server lets in. It comes from the environment or a file, for everybody on the
 * machine can read a command line.
 */
record Login(String user, String password) {
  static final String USER = "MIEN_RTSP_USER";
  static final String PASSWORD = "MIEN_RTSP_PASSWORD";
  static final String FILE = "MIEN_RTSP_LOGIN_FILE";

  /**
   * From {@code MIEN_RTSP_LOGIN_FILE}, a file with one line {@code USER:PASSWORD}, or else from
   * {@code MIEN_RTSP_USER} and {@code MIEN_RTSP_PASSWORD}; empty where none of them is set.
   *
   * @throws IllegalArgumentException if only half of it is there
   */
  static Optional<Login> of(Map<String, String> environment) {
    String file = environment.getOrDefault(FILE, "");
    if (!file.isEmpty()) {
      return Optional.of(read(file));
    }
    String user = environment.getOrDefault(USER, "");
    String password = environment.getOrDefault(PASSWORD, "");
    if (user.isEmpty() && password.isEmpty()) {
      return Optional.empty();
    }
    if (user.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException(
          "%s is set, %s is not; set both or none"
              .formatted(user.isEmpty() ? PASSWORD : USER, user.isEmpty() ? USER : PASSWORD));
    }
    return Optional.of(checked(USER, user, password));
  }

  private static Login read(String file) {
    String line;
    try {
      line = Files.readString(Path.of(file), StandardCharsets.UTF_8).strip();
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(FILE + ": '" + file + "' cannot be read", e);
    }
    int colon = line.indexOf(':');
    if (colon < 1 || colon == line.length() - 1 || line.lines().count() != 1) {
      throw new IllegalArgumentException(
          FILE + ": expected one line USER:PASSWORD in '" + file + "'");
    }
    return checked(FILE, line.substring(0, colon), line.substring(colon + 1));
  }

  private static Login checked(String from, String user, String password) {
    if (user.chars().anyMatch(c -> c == '"' || c == '\\' || c == ':' || c < ' ')) {
      throw new IllegalArgumentException(
          from + ": a user's name has no quotes, backslashes or colons");
    }
    return new Login(user, password);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return user + ":***";
  }
}
