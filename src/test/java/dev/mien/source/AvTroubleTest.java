package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.source.SourceException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AvTroubleTest {
  @ParameterizedTest
  @CsvSource({
    "-19, UNREACHABLE, gives no pictures: it is unplugged",
    "-25, UNREACHABLE, or a device for something else",
    "-16, UNREACHABLE, another program uses this camera",
    "-22, BAD_INPUT, cannot be opened: Invalid argument",
  })
  void saysWhyACameraIsNotOpened(int code, Reason reason, String words) {
    SourceException trouble = AvTrouble.opening("/dev/video3", code, "cannot be opened");

    assertThat(trouble).hasMessageStartingWith("/dev/video3: ").hasMessageContaining(words);
    assertThat(trouble.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({"-19, the camera is unplugged", "-5, the connection was cut"})
  void saysWhyACameraBrokeOff(int code, String words) {
    assertThat(AvTrouble.reading("door", code)).hasMessage("door: " + words);
  }
}
