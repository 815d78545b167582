package dev.mien.source;

import dev.mien.frame.Size;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.jspecify.annotations.Nullable;

/**
 * Decoded pictures to BGR, 8 bit, full range, upright, in square pixels. The matrix is the one that
 * the stream names, or BT.709 from 720 lines on and BT.601 below, as players do; swscale alone
 * would take BT.601 for all.
 */
final class Bgr implements AutoCloseable {
  private static final int HD_LINES = 720;

  /** What says more than this of a pixel's shape is not believed. */
  private static final double LONGEST_PIXEL = 8;

  private final Orientation container;
  private @Nullable SwsContext converter;
  private int width;
  private int height;
  private int format;
  private int matrix;
  private Size out = new Size(1, 1);
  private boolean full;

  /**
   * @param container what brings pictures upright that do not say it themselves
   */
  Bgr(Orientation container) {
    this.container = container;
  }

  /**
   * The picture in memory of its own, which the caller owns; its pixels are square.
   *
   * @param pixel width and height of a pixel, 0 where they are not known
   */
  Mat convert(AVFrame picture, AVRational pixel) {
    Size square = square(picture, pixel);
    adjust(picture, square);
    Orientation own = Orientation.of(picture);
    return (own == null ? container : own).apply(scaled(picture, square));
  }

  /** As players have it: one of the sides grows. */
  static Size square(int width, int height, int across, int down) {
    double ratio = across > 0 && down > 0 ? (double) across / down : 1;
    if (ratio == 1 || ratio > LONGEST_PIXEL || ratio < 1 / LONGEST_PIXEL) {
      return new Size(width, height);
    }
    Size grown =
        ratio > 1
            ? new Size((int) Math.round(width * ratio), height)
            : new Size(width, (int) Math.round(height / ratio));
    return Ffmpeg.tooLarge(grown.width(), grown.height()) ? new Size(width, height) : grown;
  }

  private static Size square(AVFrame picture, AVRational pixel) {
    return square(picture.width(), picture.height(), pixel.num(), pixel.den());
  }

  private Mat scaled(AVFrame picture, Size out) {
    // swscale's fast paths write whole groups of pixels, or leave the last ones out.
    int padded = (out.width() + 31) / 32 * 32;
    Mat mat = new Mat(out.height(), padded, opencv_core.CV_8UC3);
    // swscale reads four planes and strides, whatever the format.
    try (PointerPointer<Pointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer((int) mat.step(), 0, 0, 0)) {
      planes.put(0, mat.data()).put(1, null).put(2, null).put(3, null);
      swscale.sws_scale(converter, picture.data(), picture.linesize(), 0, height, planes, strides);
    }
    if (padded != out.width()) {
      try (Mat whole = mat;
          Rect place = new Rect(0, 0, out.width(), out.height());
          Mat part = new Mat(whole, place)) {
        mat = part.clone();
      }
    }
    return mat;
  }

  private void adjust(AVFrame picture, Size wanted) {
    int wantedMatrix = matrix(picture);
    boolean wantedFull = fullRange(picture);
    if (converter != null
        && picture.width() == width
        && picture.height() == height
        && picture.format() == format
        && wanted.equals(out)
        && wantedMatrix == matrix
        && wantedFull == full) {
      return;
    }
    close();
    width = picture.width();
    height = picture.height();
    format = picture.format();
    out = wanted;
    matrix = wantedMatrix;
    full = wantedFull;
    converter =
        swscale.sws_getContext(
            width,
            height,
            format,
            out.width(),
            out.height(),
            avutil.AV_PIX_FMT_BGR24,
            // Not the fast bilinear one: it spoils two columns in sixteen where it has to scale
            // colour.
            swscale.SWS_BILINEAR,
            null,
            null,
            (DoublePointer) null);
    if (converter == null || converter.isNull()) {
      converter = null;
      throw new IllegalStateException("no conversion to BGR from format " + format);
    }
    swscale.sws_setColorspaceDetails(
        converter,
        swscale.sws_getCoefficients(matrix),
        full ? 1 : 0,
        swscale.sws_getCoefficients(swscale.SWS_CS_DEFAULT),
        1,
        0,
        1 << 16,
        1 << 16);
  }

  private static int matrix(AVFrame picture) {
    int named = picture.colorspace();
    if (named == avutil.AVCOL_SPC_BT709) {
      return swscale.SWS_CS_ITU709;
    }
    if (named == avutil.AVCOL_SPC_BT2020_NCL || named == avutil.AVCOL_SPC_BT2020_CL) {
      return swscale.SWS_CS_BT2020;
    }
    if (named == avutil.AVCOL_SPC_UNSPECIFIED && picture.height() >= HD_LINES) {
      return swscale.SWS_CS_ITU709;
    }
    return swscale.SWS_CS_ITU601;
  }

  private static boolean fullRange(AVFrame picture) {
    int format = picture.format();
    return picture.color_range() == avutil.AVCOL_RANGE_JPEG
        || format == avutil.AV_PIX_FMT_YUVJ420P
        || format == avutil.AV_PIX_FMT_YUVJ422P
        || format == avutil.AV_PIX_FMT_YUVJ444P;
  }

  @Override
  public void close() {
    if (converter != null) {
      swscale.sws_freeContext(converter);
      converter = null;
    }
  }
}
