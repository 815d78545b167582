package dev.mien.source;

import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * What brings a picture upright, of the eight ways in which it may lie: rows and columns exchanged,
 * then mirrored left to right, then top to bottom.
 */
record Orientation(boolean exchanged, boolean mirrored, boolean flipped) {
  static final Orientation UPRIGHT = new Orientation(false, false, false);

  /** What the container asks of whoever shows the stream. */
  static Orientation of(AVStream stream) {
    AVPacketSideData side =
        avcodec.av_packet_side_data_get(
            stream.codecpar().coded_side_data(),
            stream.codecpar().nb_coded_side_data(),
            avcodec.AV_PKT_DATA_DISPLAYMATRIX);
    return side == null || side.isNull() ? UPRIGHT : of(new IntPointer(side.data()));
  }

  /** What the picture says itself, as a JPEG may; null if nothing. */
  static @Nullable Orientation of(AVFrame picture) {
    AVFrameSideData side =
        avutil.av_frame_get_side_data(picture, avutil.AV_FRAME_DATA_DISPLAYMATRIX);
    return side == null || side.isNull() ? null : of(new IntPointer(side.data()));
  }

  /** Of FFmpeg's display matrix: x' = m0 x + m3 y, y' = m1 x + m4 y; by its largest parts. */
  private static Orientation of(IntPointer matrix) {
    long straight = Math.abs((long) matrix.get(0)) + Math.abs((long) matrix.get(4));
    long across = Math.abs((long) matrix.get(1)) + Math.abs((long) matrix.get(3));
    return straight >= across
        ? new Orientation(false, matrix.get(0) < 0, matrix.get(4) < 0)
        : new Orientation(true, matrix.get(3) < 0, matrix.get(1) < 0);
  }

  /** The picture upright; the one given is closed if it is another. */
  Mat apply(Mat lying) {
    if (equals(UPRIGHT)) {
      return lying;
    }
    Mat upright = new Mat();
    try (Mat old = lying) {
      if (exchanged) {
        opencv_core.transpose(old, upright);
      }
      if (mirrored || flipped) {
        opencv_core.flip(exchanged ? upright : old, upright, mirrored ? (flipped ? -1 : 1) : 0);
      }
    }
    return upright;
  }
}
