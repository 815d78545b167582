package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class GlibcTest {
  @TempDir private Path folder = Path.of("");

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisplayName("R27: this machine's version is one that our libraries run with")
  void here() throws Exception {
    String found = Glibc.found().orElseThrow();
    String needed = Glibc.needed(Glibc.jars()).orElseThrow();
    assertThat(Glibc.minor(needed)).isBetween(17, Glibc.minor(found));
  }

  @Test
  @DisplayName("R27: the newest version in any native library counts, as a number")
  void newest() throws Exception {
    Path jar = folder.resolve("a.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      add(zip, "x/linux-x86_64/liba.so.4.1", "\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_PRIVATE");
      add(zip, "x/linux-x86_64/libb.so", "\0GLIBC_2.17\0");
      add(zip, "x/readme.txt", "GLIBC_2.99");
    }
    assertThat(Glibc.needed(List.of(jar))).hasValue("2.34");
    assertThat(Glibc.needed(List.of())).isEmpty();
  }

  private static void add(ZipOutputStream zip, String name, String bytes) throws Exception {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }
}
