package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriorityTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void onlyTheStreamThatIsWrittenToIsTheJournal() throws Exception {
    Path file = Files.createFile(folder.resolve("stderr"));
    String stream =
        Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    assertThat(Priority.isJournal(stream, file.toString())).isTrue();
    assertThat(Priority.isJournal(stream + "1", file.toString())).isFalse();
    assertThat(Priority.isJournal(null, file.toString())).isFalse();
    assertThat(Priority.isJournal(stream, folder.resolve("nothing").toString())).isFalse();
  }

  @Test
  void levelsAreSyslogs() {
    assertThat(Priority.prefix(Level.ERROR)).isEqualTo("<3>");
    assertThat(Priority.prefix(Level.WARN)).isEqualTo("<4>");
    assertThat(Priority.prefix(Level.INFO)).isEqualTo("<6>");
    assertThat(Priority.prefix(Level.DEBUG)).isEqualTo("<7>");
  }
}
