package dev.mien.source;

import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
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
 * Decoded pictures to BGR, 8 bit, full range, upright. The matrix is the one that the stream names,
 * or BT.709 from 720 lines on and BT.601 below, as players do; swscale alone would take BT.601 for
 * all.
 */
final class Bgr implements AutoCloseable {
  private static final int HD_LINES = 720;

  private final int quarterTurns;
  private @Nullable SwsContext converter;
  private int width;
  private int height;
  private int format;
  private int matrix;
  private boolean full;

  /**
   * @param quarterTurns clockwise, 0..3, that bring the pictures upright
   */
  Bgr(int quarterTurns) {
    this.quarterTurns = quarterTurns;
  }

  /** Clockwise quarter turns that the container asks of whoever shows the stream. */
  static int quarterTurns(AVStream stream) {
    AVPacketSideData side =
        avcodec.av_packet_side_data_get(
            stream.codecpar().coded_side_data(),
            stream.codecpar().nb_coded_side_data(),
            avcodec.AV_PKT_DATA_DISPLAYMATRIX);
    if (side == null || side.isNull()) {
      return 0;
    }
    double counterClockwise = avutil.av_display_rotation_get(new IntPointer(side.data()));
    return Double.isNaN(counterClockwise)
        ? 0
        : Math.floorMod(-(int) Math.round(counterClockwise / 90), 4);
  }

  /** The picture in memory of its own, which the caller owns. */
  Mat convert(AVFrame picture) {
    adjust(picture);
    // swscale's fast paths write whole groups of pixels, or leave the last ones out.
    int padded = (width + 31) / 32 * 32;
    Mat mat = new Mat(height, padded, opencv_core.CV_8UC3);
    // swscale reads four planes and strides, whatever the format.
    try (PointerPointer<Pointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer((int) mat.step(), 0, 0, 0)) {
      planes.put(0, mat.data()).put(1, null).put(2, null).put(3, null);
      swscale.sws_scale(converter, picture.data(), picture.linesize(), 0, height, planes, strides);
    }
    if (padded != width) {
      try (Mat whole = mat;
          Rect place = new Rect(0, 0, width, height);
          Mat part = new Mat(whole, place)) {
        mat = part.clone();
      }
    }
    if (quarterTurns == 0) {
      return mat;
    }
    Mat upright = new Mat();
    try (Mat lying = mat) {
      opencv_core.rotate(
          lying,
          upright,
          quarterTurns == 1
              ? opencv_core.ROTATE_90_CLOCKWISE
              : quarterTurns == 2
                  ? opencv_core.ROTATE_180
                  : opencv_core.ROTATE_90_COUNTERCLOCKWISE);
    }
    return upright;
  }

  private void adjust(AVFrame picture) {
    int wantedMatrix = matrix(picture);
    boolean wantedFull = fullRange(picture);
    if (converter != null
        && picture.width() == width
        && picture.height() == height
        && picture.format() == format
        && wantedMatrix == matrix
        && wantedFull == full) {
      return;
    }
    close();
    width = picture.width();
    height = picture.height();
    format = picture.format();
    matrix = wantedMatrix;
    full = wantedFull;
    converter =
        swscale.sws_getContext(
            width,
            height,
            format,
            width,
            height,
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
