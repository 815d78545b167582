package dev.mien.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.rtsp.Caller.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who knows the password, who guesses, who listened. */
@Timeout(120)
final class RtspLoginTest {
  private static final String PASSWORD = "pa:ss@w\"ü";

  private static RtspStream open() throws IOException {
    return RtspServerTest.open(RtspServerTest.LOGIN, RtspLimits.USUAL);
  }

  private static Caller call(RtspStream stream) throws IOException {
    return new Caller(RtspServerTest.port(stream));
  }

  /** What a client is told that connects anew and knows this password. */
  private static Answer attempt(RtspStream stream, String password) throws IOException {
    try (Caller caller = call(stream)) {
      Answer asked = caller.ask("DESCRIBE", "door");
      return caller.ask(
          "DESCRIBE", "door", caller.authorization(asked, "door", password, "DESCRIBE", "door"));
    }
  }

  @Test
  void letsInWhoKnowsThePassword() throws IOException {
    try (RtspStream stream = open();
        Caller caller = call(stream)) {
      assertThat(caller.ask("OPTIONS", "door").status()).isEqualTo(200);
      Answer refused = caller.ask("DESCRIBE", "door");
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("www-authenticate")).startsWith("Digest ").doesNotContain("Basic");
      String right = caller.authorization(refused, "door", PASSWORD, "DESCRIBE", "door");
      assertThat(caller.ask("DESCRIBE", "door", right).status()).isEqualTo(200);
      assertThat(caller.ask("DESCRIBE", "door", right).status()).isEqualTo(200);
      Answer others = caller.ask("DESCRIBE", "window", right);
      assertThat(others.status()).as("another's").isEqualTo(401);
      String again = caller.authorization(others, "door", PASSWORD, "DESCRIBE", "door");
      assertThat(caller.ask("SETUP", "door", again).status()).as("another method").isEqualTo(401);
      assertThat(caller.ask("DESCRIBE", "door", right).status()).as("used up").isEqualTo(401);
      caller.awaitEnd(); // Four refusals are enough.
    }
  }

  @Test
  void takesNoPasswordInTheClearNorOfAnotherConnection() throws IOException {
    try (RtspStream stream = open();
        Caller first = call(stream);
        Caller second = call(stream)) {
      String basic =
          Base64.getEncoder().encodeToString(("door:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
      assertThat(first.ask("DESCRIBE", "door", "Authorization: Basic " + basic).status())
          .isEqualTo(401);
      String right =
          first.authorization(first.ask("DESCRIBE", "door"), "door", PASSWORD, "DESCRIBE", "door");
      assertThat(second.ask("DESCRIBE", "door", right).header("www-authenticate"))
          .contains("stale=TRUE");
    }
  }

  @Test
  void takesEachNumberOfANonceOnce() throws IOException {
    try (RtspStream stream = open();
        Caller caller = call(stream)) {
      Answer asked = caller.ask("DESCRIBE", "door");
      assertThat(asked.header("www-authenticate")).contains("qop=\"auth\"");
      String first = caller.counted(asked, "door", PASSWORD, "DESCRIBE", "door", 1);
      String third = caller.counted(asked, "door", PASSWORD, "DESCRIBE", "door", 3);
      String second = caller.counted(asked, "door", PASSWORD, "DESCRIBE", "door", 2);
      String without = caller.authorization(asked, "door", PASSWORD, "DESCRIBE", "door");
      assertThat(caller.ask("DESCRIBE", "door", first).status()).isEqualTo(200);
      assertThat(caller.ask("DESCRIBE", "door", third).status()).isEqualTo(200);
      for (String used : new String[] {third, second, without}) {
        Answer stale = caller.ask("DESCRIBE", "door", used);
        assertThat(stale.status()).isEqualTo(401);
        assertThat(stale.header("www-authenticate")).contains("stale=TRUE");
      }
      assertThat(attempt(stream, PASSWORD).status()).as("nobody guessed").isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"digest", "basic", "user", "counted"})
  void manyGuessesWaitAndSoDoesARightOne(String way) throws Exception {
    try (RtspStream stream = open();
        Caller player = call(stream)) {
      Answer asked = player.ask("DESCRIBE", "door");
      String uri = "door/track0";
      String setUp = player.authorization(asked, "door", PASSWORD, "SETUP", uri);
      String session = player.ask("SETUP", uri, "Transport: RTP/AVP/TCP;unicast", setUp).session();

      for (int i = 0; i < 5; i++) {
        try (Caller caller = call(stream)) {
          Answer first = caller.ask("DESCRIBE", "door");
          String guess =
              switch (way) {
                case "basic" -> "Authorization: Basic " + i;
                case "user" -> caller.authorization(first, "x", PASSWORD, "DESCRIBE", "door");
                case "counted" -> caller.counted(first, "door", "x", "DESCRIBE", "door", 1);
                default -> caller.authorization(first, "door", "x" + i, "DESCRIBE", "door");
              };
          assertThat(caller.ask("DESCRIBE", "door", guess).status()).isEqualTo(401);
        }
      }
      Answer wrong = attempt(stream, "x");
      Answer right = attempt(stream, PASSWORD);
      assertThat(wrong.status()).isEqualTo(503);
      assertThat(right.status()).isEqualTo(503);
      assertThat(right.header("retry-after")).isEqualTo("1");
      assertThat(right.header("www-authenticate")).isEqualTo(wrong.header("www-authenticate"));

      String play = player.authorization(asked, "door", PASSWORD, "PLAY", "door");
      assertThat(player.ask("PLAY", "door", "Session: " + session, play).status())
          .as("who is in stays in")
          .isEqualTo(200);
      Answer later = attempt(stream, PASSWORD);
      while (later.status() == 503) {
        Thread.sleep(100); // Who opens hundreds of connections in a second is shut out.
        later = attempt(stream, PASSWORD);
      }
      assertThat(later.status()).isEqualTo(200);
    }
  }
}
