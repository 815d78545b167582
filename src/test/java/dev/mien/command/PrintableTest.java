package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PrintableTest {
  private static final String NAME = "a\u001b[2J\nmien: all is well\r\t\u009b1m\u202e.mp4";
  private static final String SHOWN = "a\\u001b[2J\\nmien: all is well\\r\\t\\u009b1m\\u202e.mp4";

  @Test
  @DisplayName("A name stays in its line and steers no terminal, and other letters stay")
  void names() {
    assertThat(Printable.line(NAME)).isEqualTo(SHOWN);
    assertThat(Printable.line("vidéo – 视频 \\ $1")).isEqualTo("vidéo – 视频 \\ $1");
  }

  @Test
  @DisplayName("The log as it is shipped writes every message in one line")
  void log() throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(new File("src/main/resources/logback.xml"));
    ConsoleAppender<?> appender =
        (ConsoleAppender<?>) context.getLogger("ROOT").getAppender("stderr");
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("x"), Level.WARN, "{}: skipped", null, new Object[] {NAME});
    String line =
        new String(
            ((PatternLayoutEncoder) (Object) appender.getEncoder()).encode(event),
            StandardCharsets.UTF_8);
    assertThat(line).endsWith("mien: " + SHOWN + ": skipped\n");
    context.stop();
  }
}
