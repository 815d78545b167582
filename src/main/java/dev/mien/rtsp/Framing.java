package dev.mien.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ShotDetector what a client sends into whole RTSP messages, for Netty's decoder, and the binary
 * frames between them (RFC 2326, section 10.12), which Netty's decoder does not know.
 */
final class Framing extends ByteToMessageDecoder {
  private static final int FRAME_HEAD = 4;
  private static final Pattern LENGTH =
      Pattern.compile("(?im)^content-length[ \\t]*:[ \\t]*(.*?)[ \\t]*\\r?$");

  private final RtspLimits limits;

  Framing(RtspLimits limits) {
    this.limits = limits;
  }

  /** A binary frame: RTP or RTCP of one channel. */
  static final class Interleaved extends DefaultByteBufHolder {
    private final int channel;

    private Interleaved(int channel, ByteBuf content) {
      super(content);
      this.channel = channel;
    }

    int channel() {
      return channel;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    while (in.isReadable() && isLineEnd(in.getByte(in.readerIndex()))) {
      in.skipBytes(1);
    }
    if (!in.isReadable()) {
      return;
    }
    if (in.getByte(in.readerIndex()) == '$') {
      binary(in, out);
    } else {
      text(in, out);
    }
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }

  private static void binary(ByteBuf in, List<Object> out) {
    int start = in.readerIndex();
    if (in.readableBytes() < FRAME_HEAD) {
      return;
    }
    int length = in.getUnsignedShort(start + 2);
    if (in.readableBytes() < FRAME_HEAD + length) {
      return;
    }
    int channel = in.getUnsignedByte(start + 1);
    in.skipBytes(FRAME_HEAD);
    out.add(new Interleaved(channel, in.readRetainedSlice(length)));
  }

  private void text(ByteBuf in, List<Object> out) {
    int head = headLength(in);
    if (head > limits.head() || (head < 0 && in.readableBytes() > limits.head())) {
      in.skipBytes(in.readableBytes());
      throw new TooLongFrameException("a request's head of more than " + limits.head() + " bytes");
    }
    if (head < 0) {
      return;
    }
    int body = bodyLength(in.toString(in.readerIndex(), head, StandardCharsets.ISO_8859_1));
    if (body < 0 || body > limits.body()) {
      in.skipBytes(in.readableBytes());
      if (body < 0) {
        throw new DecoderException("a request whose length makes no sense");
      }
      throw new TooLongFrameException("a request's body of more than " + limits.body() + " bytes");
    }
    if (in.readableBytes() >= head + body) {
      out.add(in.readRetainedSlice(head + body));
    }
  }

  /** To the end of the empty line; -1 if that has not come yet. */
  private int headLength(ByteBuf in) {
    int start = in.readerIndex();
    int end = Math.min(in.writerIndex(), start + limits.head() + 2);
    for (int i = start; i < end - 1; i++) {
      if (in.getByte(i) == '\n') {
        if (in.getByte(i + 1) == '\n') {
          return i + 2 - start;
        }
        if (i + 2 < end && in.getByte(i + 1) == '\r' && in.getByte(i + 2) == '\n') {
          return i + 3 - start;
        }
      }
    }
    return -1;
  }

  /** -1 if it makes no sense; two lengths never do, for two readers may take different ones. */
  private static int bodyLength(String head) {
    Matcher matcher = LENGTH.matcher(head);
    if (!matcher.find()) {
      return 0;
    }
    String length = matcher.group(1);
    return matcher.find() || !length.matches("\\d{1,9}") ? -1 : Integer.parseInt(length);
  }
}
