package dev.mien.annotate;

import java.util.List;

/**
 * Seven colours that people with any kind of colour vision tell apart, by Okabe and Ito, "Color
 * Universal Design" (2008), without their black; and a gray for a face that nothing is said of.
 */
enum Palette {
  ORANGE(0xE69F00),
  SKY_BLUE(0x56B4E9),
  BLUISH_GREEN(0x009E73),
  YELLOW(0xF0E442),
  BLUE(0x0072B2),
  VERMILLION(0xD55E00),
  REDDISH_PURPLE(0xCC79A7),
  GRAY(0xB8B8B8);

  private static final List<Palette> OF_LABELS =
      List.of(ORANGE, SKY_BLUE, BLUISH_GREEN, YELLOW, BLUE, VERMILLION, REDDISH_PURPLE);

  /** 0xRRGGBB. */
  final int rgb;

  /** Black or white, 0xRRGGBB: the one that stands out more on this colour, at least 4.5 : 1. */
  final int text;

  Palette(int rgb) {
    this.rgb = rgb;
    this.text = contrast(rgb, 0x000000) >= contrast(rgb, 0xFFFFFF) ? 0x000000 : 0xFFFFFF;
  }

  /** The colour of the label at this place in its model's list; after seven they come again. */
  static Palette ofLabel(int index) {
    return index < 0 ? GRAY : OF_LABELS.get(index % OF_LABELS.size());
  }

  /** Contrast ratio of WCAG 2, 1..21. */
  static double contrast(int rgb, int other) {
    double a = luminance(rgb);
    double b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(int rgb) {
    return 0.2126 * linear((rgb >> 16) & 255)
        + 0.7152 * linear((rgb >> 8) & 255)
        + 0.0722 * linear(rgb & 255);
  }

  private static double linear(int channel) {
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }
}
