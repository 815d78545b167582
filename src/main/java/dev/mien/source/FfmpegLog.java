package dev.mien.source;

import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What FFmpeg says, in the log of this program and without credentials. It calls an error what is a
 * picture less, so that each of its levels is one less here; what it calls fatal is so for a
 * packet.
 */
final class FfmpegLog extends LogCallback {
  private static final Logger log = LoggerFactory.getLogger("ffmpeg");

  // FFmpeg calls it from its own threads for as long as the process lives.
  private static final FfmpegLog CALLBACK = new FfmpegLog();

  private static final long EVERY_NANOS = 1_000_000_000L;

  private boolean told;
  private long last;
  private long untold;

  FfmpegLog() {}

  /**
   * What would not be logged is not even brought here: a broken stream makes thousands of lines.
   */
  static void install() {
    avutil.av_log_set_level(
        log.isTraceEnabled()
            ? avutil.AV_LOG_TRACE
            : log.isDebugEnabled()
                ? avutil.AV_LOG_INFO
                : log.isInfoEnabled()
                    ? avutil.AV_LOG_WARNING
                    : log.isWarnEnabled() ? avutil.AV_LOG_ERROR : avutil.AV_LOG_PANIC);
    avutil.setLogCallback(CALLBACK);
  }

  static Level level(int ffmpeg) {
    if (ffmpeg <= avutil.AV_LOG_PANIC) {
      return Level.ERROR;
    }
    if (ffmpeg <= avutil.AV_LOG_ERROR) {
      return Level.WARN;
    }
    if (ffmpeg <= avutil.AV_LOG_WARNING) {
      return Level.INFO;
    }
    return ffmpeg <= avutil.AV_LOG_INFO ? Level.DEBUG : Level.TRACE;
  }

  @Override
  public void call(int level, BytePointer message) {
    Level ours = level(level);
    if (log.isEnabledForLevel(ours)) {
      String said = Secrets.mask(message.getString().strip());
      if (!said.isEmpty()) {
        tell(ours, said, System.nanoTime());
      }
    }
  }

  /**
   * Of trouble one line a second, with the number of those between: what goes wrong with one
   * picture goes wrong with all that follow.
   */
  synchronized void tell(Level level, String said, long now) {
    if (level.toInt() < Level.WARN.toInt()) {
      log.atLevel(level).log("ffmpeg: {}", said);
    } else if (told && now - last < EVERY_NANOS) {
      untold++;
    } else {
      log.atLevel(level)
          .log("ffmpeg: {}{}", said, untold == 0 ? "" : " (and %d more before)".formatted(untold));
      told = true;
      last = now;
      untold = 0;
    }
  }
}
