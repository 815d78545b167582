package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The annotated pictures, sent to an RTSP server elsewhere (ANNOUNCE and RECORD). FFmpeg's {@code
 * fifo} muxer has a thread and a queue of its own: a server that is down or does not read costs
 * pictures, never time, and is connected to again when it is back.
 *
 * <p>The first frame gives the size; later ones are fitted into it.
 */
final class RtspPush implements Sink {
  private static final Logger log = LoggerFactory.getLogger(RtspPush.class);
  private static final double TICKS_A_NANOSECOND = H264.TICKS / 1e9;

  /** Between two pictures whose times do not say. */
  private static final int STEP = H264.TICKS / 1000;

  private static final int USUAL_PORT = 554;
  private static final int FIRST_LOOK_MILLIS = 3000;

  private static final Map<String, String> OPTIONS =
      Map.of(
          "fifo_format",
          "rtsp",
          "format_opts",
          "rtsp_transport=tcp:timeout=5000000",
          "queue_size",
          "60",
          "drop_pkts_on_overflow",
          "1",
          "attempt_recovery",
          "1",
          "recover_any_error",
          "1",
          "recovery_wait_time",
          "1",
          "restart_with_keyframe",
          "1");

  /** A host may have a name that is no valid URI, with an underscore for one. */
  private static final Pattern HOST =
      Pattern.compile("//(?:[^/@]*@)?(\\[[^\\]]+\\]|[^:/?]+)(?::(\\d{1,5}))?");

  private final String url;
  private final String name;
  private final double frameRate;
  private final AVPacket packet = avcodec.av_packet_alloc();
  private @Nullable Canvas canvas;
  private @Nullable H264 coder;
  private @Nullable AVFormatContext container;
  private @Nullable Interrupt interrupt;
  private long start;
  private long last = -STEP;
  private boolean closed;

  /**
   * @param url may have user and password
   * @param name the same without them
   * @param frameRate a hint
   */
  RtspPush(String url, String name, double frameRate) {
    this.url = url;
    this.name = name;
    this.frameRate = frameRate;
    Thread look = new Thread(this::look, "mien-push-look");
    look.setDaemon(true);
    look.start();
  }

  /** Whoever mistyped the address shall hear of it; FFmpeg tries in silence. */
  private void look() {
    Matcher address = HOST.matcher(name);
    try (Socket socket = new Socket()) {
      if (address.find()) {
        int port = address.group(2) == null ? USUAL_PORT : Integer.parseInt(address.group(2));
        socket.connect(new InetSocketAddress(address.group(1), port), FIRST_LOOK_MILLIS);
      }
    } catch (IOException | RuntimeException e) {
      log.warn("{}: does not answer yet; tried again until it does", name);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(name + ": is closed");
    }
    Canvas fitting = canvas;
    H264 open = coder;
    if (fitting == null || open == null) {
      fitting = new Canvas(Canvas.sizeFor(frame.size()));
      canvas = fitting;
      open = new H264(name, fitting.size(), frameRate, true);
      coder = open;
      start = frame.timestamp();
      container = open(open);
    }
    last = Math.max(last + STEP, Math.round((frame.timestamp() - start) * TICKS_A_NANOSECOND));
    open.send(fitting.fitted(frame), last, false);
    while (open.receive(packet)) {
      packet.stream_index(0);
      try {
        AVStream stream = Objects.requireNonNull(container).streams(0);
        avcodec.av_packet_rescale_ts(packet, open.ticks(), stream.time_base());
        check(avformat.av_write_frame(container, packet));
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
  }

  private AVFormatContext open(H264 pictures) throws SinkException {
    AVFormatContext opening = new AVFormatContext(null);
    check(avformat.avformat_alloc_output_context2(opening, null, "fifo", url));
    interrupt = new Interrupt(opening);
    AVStream stream = avformat.avformat_new_stream(opening, null);
    stream.time_base(pictures.ticks()).avg_frame_rate(pictures.codec().framerate());
    AVDictionary options = H264.options(OPTIONS);
    try {
      check(avcodec.avcodec_parameters_from_context(stream.codecpar(), pictures.codec()));
      check(avformat.avformat_write_header(opening, options));
      return opening;
    } catch (SinkException e) {
      avformat.avformat_free_context(opening);
      throw e;
    } finally {
      avutil.av_dict_free(options);
    }
  }

  private void check(int code) throws SinkException {
    if (code < 0) {
      throw new SinkException(name + ": " + H264.message(code));
    }
  }

  /** What still waits for a server that does not read is given up. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (container != null && interrupt != null) {
      interrupt.pullSoon();
      avformat.av_write_trailer(container);
      avformat.avformat_free_context(container);
    }
    if (interrupt != null) {
      interrupt.close();
    }
    if (coder != null) {
      coder.close();
    }
    if (canvas != null) {
      canvas.close();
    }
    avcodec.av_packet_free(packet);
  }
}
