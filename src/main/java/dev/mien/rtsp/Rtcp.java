package dev.mien.rtsp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Reports about a stream (RFC 3550, section 6). */
final class Rtcp {
  private static final int VERSION = 0x80;
  private static final int SENDER_REPORT = 200;
  private static final int RECEIVER_REPORT = 201;
  private static final int DESCRIPTION = 202;
  private static final int BYE = 203;
  private static final int CNAME = 1;
  private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
  private static final int REPORT_BLOCK = 24;

  private Rtcp() {}

  /**
   * What was sent, and which RTP time belongs to which time of day.
   *
   * @param rtpTime of {@code now}
   * @param last whether nothing follows: it says good-bye then
   */
  static void report(
      ByteBuf out,
      int source,
      Instant now,
      long rtpTime,
      long packets,
      long octets,
      String name,
      boolean last) {
    out.writeByte(VERSION).writeByte(SENDER_REPORT).writeShort(6).writeInt(source);
    out.writeInt((int) (now.getEpochSecond() + SECONDS_1900_TO_1970));
    out.writeInt((int) (((long) now.getNano() << 32) / 1_000_000_000L));
    out.writeInt((int) rtpTime).writeInt((int) packets).writeInt((int) octets);
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, 255);
    // Source, item head and text, ended by at least one zero, to whole words.
    int words = 1 + (2 + length + 1 + 3) / 4;
    out.writeByte(VERSION | 1).writeByte(DESCRIPTION).writeShort(words).writeInt(source);
    out.writeByte(CNAME).writeByte(length).writeBytes(text, 0, length);
    out.writeZero((words - 1) * 4 - 2 - length);
    if (last) {
      out.writeByte(VERSION | 1).writeByte(BYE).writeShort(1).writeInt(source);
    }
  }

  /**
   * Packets that a receiver of this source has missed in all, as the newest of its reports says; -1
   * where there is none, for what comes over the network may be anything.
   */
  static long lost(ByteBuf in, int source) {
    long lost = -1;
    int at = in.readerIndex();
    while (in.writerIndex() - at >= 8) {
      int head = in.getUnsignedByte(at);
      int end = at + 4 + 4 * in.getUnsignedShort(at + 2);
      if (head >> 6 != 2 || end > in.writerIndex()) {
        return lost;
      }
      int type = in.getUnsignedByte(at + 1);
      if (type == RECEIVER_REPORT) {
        int block = at + 8;
        for (int i = 0; i < (head & 31) && block + REPORT_BLOCK <= end; i++) {
          if (in.getInt(block) == source) {
            lost = Math.max(0, in.getMedium(block + 5));
          }
          block += REPORT_BLOCK;
        }
      }
      at = end;
    }
    return lost;
  }
}
