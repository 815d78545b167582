package dev.mien.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files of the page, from the program's own resources. */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String[] NAMES = {
    "index.html",
    "login.html",
    "style.css",
    "icon.svg",
    "main.js",
    "cameras.js",
    "picture.js",
    "faces.js",
    "shares.js",
    "words.js",
    "login.js"
  };

  private final Map<String, Answer> files = new LinkedHashMap<>();

  PageFiles() {
    for (String name : NAMES) {
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      files.put(name, new Answer(200, String.valueOf(type), read(name)));
    }
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the program is incomplete: no page/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the program is damaged: page/" + name, e);
    }
  }

  /**
   * @param path of the request: "/" is the page itself
   */
  @Nullable Answer find(String path) {
    return files.get(path.equals("/") ? "index.html" : path.substring(1));
  }

  /**
   * The page that asks for the token.
   *
   * @param waitSeconds how long no token is looked at; 0: it says nothing about that
   */
  Answer login(int status, long waitSeconds) {
    Answer page = Objects.requireNonNull(find("/login.html"));
    if (waitSeconds == 0) {
      return new Answer(status, page.type(), page.body());
    }
    String text = new String(page.body(), StandardCharsets.UTF_8);
    String told =
        text.replaceFirst("(id=\"wait\".*?) hidden>", "$1>").replace("SECONDS", waitSeconds + " s");
    return new Answer(status, page.type(), told.getBytes(StandardCharsets.UTF_8));
  }

  /** What the login page itself is made of. */
  static boolean isOpen(String path) {
    return path.equals("/login.html")
        || path.equals("/login.js")
        || path.equals("/style.css")
        || path.equals("/icon.svg");
  }
}
