package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.util.Map;
import org.bytedeco.ffmpeg.global.avutil;

/** FFmpeg's codes in words that help. */
final class AvTrouble {
  private static final int UNPLUGGED = -19;
  private static final int BUSY = -16;
  private static final int CUT = -5;
  private static final int NO_SUCH_DEVICE = -6;
  private static final int INVALID_ARGUMENT = -22;
  private static final int NO_SUCH_CALL = -25;

  private static final Map<Integer, SourceException.Reason> REASONS =
      Map.of(
          avutil.AVERROR_HTTP_UNAUTHORIZED(),
          Reason.REFUSED,
          avutil.AVERROR_HTTP_FORBIDDEN(),
          Reason.REFUSED,
          avutil.AVERROR_INVALIDDATA(),
          Reason.BAD_INPUT,
          INVALID_ARGUMENT,
          Reason.BAD_INPUT);

  private static final Map<Integer, String> WORDS =
      Map.of(
          avutil.AVERROR_HTTP_UNAUTHORIZED(),
          "user or password were not accepted (401/403)",
          avutil.AVERROR_HTTP_FORBIDDEN(),
          "user or password were not accepted (401/403)",
          avutil.AVERROR_HTTP_NOT_FOUND(),
          "there is no such stream (404); check the path",
          BUSY,
          "another program uses this camera; stop that one first",
          UNPLUGGED,
          "the camera is unplugged",
          NO_SUCH_DEVICE,
          "the camera is unplugged",
          avutil.AVERROR_EOF(),
          "the other side hung up");

  private AvTrouble() {}

  /**
   * Of an opening that failed.
   *
   * @param what what was tried, such as: cannot be opened
   */
  static SourceException opening(String shown, int code, String what) {
    if (code == avutil.AVERROR_INVALIDDATA() && shown.startsWith("rtsp")) {
      return new SourceException(
          Reason.UNREACHABLE, shown + ": hung up, or gave an answer that is no RTSP");
    }
    if (code == UNPLUGGED || code == NO_SUCH_CALL) {
      return new SourceException(
          Reason.UNREACHABLE,
          shown
              + ": gives no pictures: it is unplugged, or a device for something else;"
              + " './mien doctor' lists the cameras");
    }
    String words = WORDS.get(code);
    return new SourceException(
        REASONS.getOrDefault(code, Reason.UNREACHABLE),
        words != null
            ? shown + ": " + words
            : "%s: %s: %s".formatted(shown, what, Secrets.mask(Ffmpeg.message(code))));
  }

  /** Of a stream that broke. */
  static SourceException reading(String name, int code) {
    String words =
        code == CUT
            ? "the connection was cut"
            : WORDS.getOrDefault(code, "broke off: " + Secrets.mask(Ffmpeg.message(code)));
    return new SourceException(Reason.FAILED, name + ": " + words);
  }
}
