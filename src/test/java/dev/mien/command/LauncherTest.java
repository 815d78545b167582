package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./mien} gives to Java, which is a script here that says what it was given. */
@Timeout(60)
final class LauncherTest {
  @TempDir private Path folder = Path.of("");

  private record Said(int status, String text) {}

  private Said start(String home, String version, Map<String, String> environment, String before)
      throws IOException, InterruptedException {
    Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"LC_ALL=$LC_ALL\" \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"" + version + "\"\n");
    Path installed = folder.resolve(home);
    Files.createDirectories(installed.resolve("target"));
    Files.copy(Path.of("mien"), installed.resolve("mien"));
    Files.writeString(installed.resolve("target/mien.built"), "");
    assertThat(installed.resolve("mien").toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder(List.of("/bin/sh", "-c", before + " exec \"$0\" watch", "./mien"));
    builder.directory(installed.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(k -> k.matches("LC_.*|LANG|LANGUAGE"));
    builder.environment().put("JAVA_HOME", folder.resolve("java").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  @Test
  void setsCharacterSetAndHome() throws Exception {
    Said said = start("josé", "17.0.15", Map.of("LC_ALL", "C", "HOME", "/somewhere"), "");
    assertThat(said.status()).isZero();
    assertThat(said.text())
        .contains("LC_ALL=C.UTF-8", "-Duser.home=/somewhere", "-Dfile.encoding=UTF-8")
        .doesNotContain("--enable-native-access");
    Said homeless = start("other", "17.0.15", Map.of("HOME", ""), "");
    assertThat(homeless.text()).containsPattern("-Duser[.]home=/\\S+");
  }

  @Test
  void allowsWhatNewerJavaWarnsOf() throws Exception {
    assertThat(start("new", "25.0.1", Map.of(), "").text())
        .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    assertThat(start("between", "21.0.5", Map.of(), "").text()).doesNotContain(" --sun-misc");
  }

  @Test
  void saysInOneLineWhatCannotWork() throws Exception {
    for (String home : List.of("a:b", "mien!")) {
      Said said = start(home, "17.0.15", Map.of(), "");
      assertThat(said.status()).isEqualTo(3);
      assertThat(said.text()).startsWith("mien: it lies in").hasLineCount(1);
    }
    Said few = start("few", "17.0.15", Map.of(), "ulimit -n 64;");
    assertThat(few.status()).isEqualTo(1);
    assertThat(few.text()).contains("may open 64 files, 256 are needed").hasLineCount(1);
    Said soft = start("soft", "17.0.15", Map.of(), "ulimit -S -n 64;");
    assertThat(soft.status()).as(soft.text()).isZero();
  }
}
