package dev.mien.annotate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The page and the picture on it show a label in the same colour. */
final class PageColoursTest {
  @Test
  void aLabelHasTheSameColourOnThePageAndInThePicture() throws Exception {
    String css;
    try (InputStream in = Palette.class.getResourceAsStream("/dev/mien/web/page/style.css")) {
      assertThat(in).isNotNull();
      css = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (int i = 0; i < 7; i++) {
      assertThat(css)
          .contains(".label-%d { --label: #%06x; }".formatted(i, Palette.ofLabel(i).rgb));
    }
    assertThat(css).contains(".label-none { --label: #%06x; }".formatted(Palette.GRAY.rgb));
  }
}
