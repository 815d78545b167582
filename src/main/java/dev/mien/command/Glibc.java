package dev.mien.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The C library's versions: the one of this machine, and the one that our libraries ask for. */
final class Glibc {
  private static final int PIECE = 1 << 20;
  private static final int OVERLAP = 256;
  private static final Pattern BANNER =
      Pattern.compile("GNU C Library [^\\n]*version (\\d+\\.\\d+)");
  private static final Pattern ASKED = Pattern.compile("GLIBC_(2\\.\\d{1,3})");

  private Glibc() {}

  /** Of the library that this process has loaded; empty where that is another one, as musl. */
  static Optional<String> found() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String file = line.substring(line.lastIndexOf(' ') + 1);
      if (file.matches(".*/libc[.-][^/]*so[^/]*")) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
          return newest(BANNER, in);
        }
      }
    }
    return Optional.empty();
  }

  /** The newest version that any native library in these jars asks for. */
  static Optional<String> needed(List<Path> jars) throws IOException {
    Optional<String> most = Optional.empty();
    for (Path jar : jars) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
          ZipEntry entry = entries.nextElement();
          if (entry.getName().matches(".*linux.*\\.so(\\.[\\d.]+)?")) {
            try (InputStream in = zip.getInputStream(entry)) {
              most = newer(most, newest(ASKED, in));
            }
          }
        }
      }
    }
    return most;
  }

  /** What the class path names, and what the jars on it name in turn. */
  static List<Path> jars() {
    return Arrays.stream(System.getProperty("java.class.path").split(":"))
        .filter(p -> p.endsWith(".jar"))
        .map(p -> Path.of(p).toAbsolutePath())
        .flatMap(p -> Stream.concat(Stream.of(p), named(p)))
        .distinct()
        .toList();
  }

  private static Stream<Path> named(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      String list =
          file.getManifest() == null
              ? null
              : file.getManifest().getMainAttributes().getValue("Class-Path");
      return list == null
          ? Stream.empty()
          : Arrays.stream(list.split(" ")).map(jar::resolveSibling).filter(Files::isRegularFile);
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /** Piece by piece, for a library may be larger than the heap; pieces overlap by a long name. */
  private static Optional<String> newest(Pattern pattern, InputStream library) throws IOException {
    Optional<String> most = Optional.empty();
    byte[] piece = new byte[PIECE];
    int kept = 0;
    while (true) {
      int read = library.readNBytes(piece, kept, PIECE - kept);
      int length = kept + read;
      Matcher versions = pattern.matcher(new String(piece, 0, length, StandardCharsets.ISO_8859_1));
      while (versions.find()) {
        most = newer(most, Optional.of(versions.group(1)));
      }
      if (length < PIECE) {
        return most;
      }
      kept = OVERLAP;
      System.arraycopy(piece, PIECE - OVERLAP, piece, 0, OVERLAP);
    }
  }

  private static Optional<String> newer(Optional<String> a, Optional<String> b) {
    return Stream.concat(a.stream(), b.stream()).max(Comparator.comparingInt(Glibc::minor));
  }

  /** The number behind the dot: the one before it has been 2 since 1997. */
  static int minor(String version) {
    return Integer.parseInt(version.substring(version.indexOf('.') + 1));
  }
}
