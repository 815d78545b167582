package dev.mien.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

final class AugmenterTest {
  private static final int SIDE = 40;

  /** Only these three; the others have their effect on every training. */
  private static Augmentation only(double tint, double shade, double cover) {
    return new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, tint, shade, cover, 0);
  }

  /** Blue grows to the right, green downwards, red is even. */
  private static byte[] picture(int blue, int green) {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int p = 0; p < SIDE * SIDE; p++) {
      pixels[3 * p] = (byte) (60 + blue * (p % SIDE));
      pixels[3 * p + 1] = (byte) (60 + green * (p / SIDE));
      pixels[3 * p + 2] = 60;
    }
    return pixels;
  }

  private static byte[] varied(Augmentation augmentation, byte[] pixels, long seed) {
    try (BytePointer bytes = new BytePointer(pixels);
        Mat picture = new Mat(SIDE, SIDE, opencv_core.CV_8UC3, bytes);
        Augmenter augmenter = new Augmenter(augmentation, SIDE, SIDE)) {
      byte[] varied = new byte[pixels.length];
      augmenter.vary(picture, new SplittableRandom(seed)).data().get(varied);
      return varied;
    }
  }

  private static int lightness(byte[] pixels, int p) {
    return (pixels[3 * p] & 0xff) + (pixels[3 * p + 1] & 0xff) + (pixels[3 * p + 2] & 0xff);
  }

  @Test
  void nothingIsNothing() {
    assertThat(varied(Augmentation.NONE, picture(2, 3), 1)).isEqualTo(picture(2, 3));
  }

  @Test
  void gammaMovesTheMiddleAndKeepsBlackAndWhite() {
    Augmentation gamma = new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    byte[] before = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < before.length; i++) {
      before[i] = (byte) new int[] {0, 128, 255}[i % 3];
    }
    for (int seed = 1; seed < 20; seed++) {
      byte[] after = varied(gamma, before, seed);
      assertThat(after[0]).isEqualTo((byte) 0);
      assertThat(after[2]).isEqualTo((byte) 255);
      // 255 * (128 / 255) ** 2 and ** 0.5
      assertThat(after[1] & 0xff).isBetween(64, 181).isNotEqualTo(128);
    }
  }

  @Test
  void oneSeedOnePicture() {
    byte[] once = varied(only(1, 1, 1), picture(2, 3), 1);
    assertThat(varied(only(1, 1, 1), picture(2, 3), 1)).isEqualTo(once);
    assertThat(varied(only(1, 1, 1), picture(2, 3), 2)).isNotEqualTo(once);
  }

  @Test
  void aTintTurnsColoursAndKeepsTheirLightness() {
    byte[] before = picture(1, 1);
    assertThat(varied(only(1, 0, 0), picture(0, 0), 1)).as("gray").isEqualTo(picture(0, 0));
    for (int seed = 0; seed < 20; seed++) {
      byte[] after = varied(only(1, 0, 0), before, seed);
      assertThat(after).isNotEqualTo(before);
      for (int p = 0; p < SIDE * SIDE; p++) {
        assertThat(lightness(after, p)).isCloseTo(lightness(before, p), within(3));
      }
    }
  }

  /** One factor for a side, 1 for the other, and something between at the edge. */
  @Test
  void aShadeIsOnOneSide() {
    int darker = 0;
    for (int seed = 0; seed < 40; seed++) {
      byte[] after = varied(only(0, 1, 0), picture(0, 0), seed);
      int kept = 0;
      int changed = 0;
      for (int p = 0; p < SIDE * SIDE; p++) {
        kept += lightness(after, p) == 180 ? 1 : 0;
        changed += lightness(after, p) == 180 ? 0 : 1;
        darker += lightness(after, p) < 180 ? 1 : 0;
      }
      assertThat(kept).isPositive();
      assertThat(changed).isPositive();
    }
    assertThat(darker / 40.0).isBetween(0.1 * SIDE * SIDE, 0.9 * SIDE * SIDE);
  }

  /** Eyes and brow stay; where the mouth is, something else is, mostly. */
  @Test
  void aCoverHidesTheLowerHalf() {
    byte[] before = picture(0, 4);
    int hidden = 0;
    for (int seed = 0; seed < 50; seed++) {
      byte[] after = varied(only(0, 0, 1), before, seed);
      for (int p = 0; p < SIDE * SIDE / 20; p++) {
        assertThat(lightness(after, p)).isEqualTo(lightness(before, p));
      }
      int mouth = 3 * SIDE / 4 * SIDE + SIDE / 2;
      hidden += lightness(after, mouth) == lightness(before, mouth) ? 0 : 1;
    }
    assertThat(hidden).isGreaterThan(20);
    assertThat(varied(only(0, 0, 1).uncovered(), before, 1)).isEqualTo(before);
  }
}
