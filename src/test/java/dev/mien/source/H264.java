package dev.mien.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Access units of H.264, as the ffmpeg program makes them, and their packets. */
public final class H264 {
  private static final int DELIMITER = 9;
  private static final int FRAGMENT = 28;

  private H264() {}

  /** Two seconds of a moving picture at 25 a second, a key frame each second. */
  public static List<byte[]> film(Path folder, String size, int slices) throws Exception {
    Path file = folder.resolve("film-%s-%d.h264".formatted(size, slices));
    Clips.ffmpeg(
        "-f lavfi -i testsrc2=s=%s:r=25:d=2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast"
            + " -tune zerolatency -g 25 -x264-params aud=1:slices=%d:repeat-headers=1 %s",
        size, slices, file);
    List<byte[]> units = new ArrayList<>();
    byte[] bytes = Clips.bytes(file);
    int from = 0;
    for (int at = next(bytes, 3); at < bytes.length; at = next(bytes, at + 3)) {
      if ((bytes[at + 3] & 0x1f) == DELIMITER) {
        units.add(Arrays.copyOfRange(bytes, from, at));
        from = at;
      }
    }
    units.add(Arrays.copyOfRange(bytes, from, bytes.length));
    return units;
  }

  /** Where the next 00 00 01 begins, or the end. */
  private static int next(byte[] bytes, int from) {
    for (int i = from; i + 3 < bytes.length; i++) {
      if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
        return i;
      }
    }
    return bytes.length;
  }

  /** RTP payloads: a small unit is one, a large one is several fragments. */
  static List<byte[]> packets(byte[] accessUnit, int largest) {
    List<byte[]> packets = new ArrayList<>();
    int start = next(accessUnit, 0);
    while (start < accessUnit.length) {
      int end = next(accessUnit, start + 3);
      int trimmed = end;
      while (trimmed > start + 4 && end < accessUnit.length && accessUnit[trimmed - 1] == 0) {
        trimmed--;
      }
      byte[] unit = Arrays.copyOfRange(accessUnit, start + 3, trimmed);
      if ((unit[0] & 0x1f) != DELIMITER) {
        split(unit, largest, packets);
      }
      start = end;
    }
    return packets;
  }

  private static void split(byte[] unit, int largest, List<byte[]> packets) {
    if (unit.length <= largest) {
      packets.add(unit);
      return;
    }
    for (int at = 1; at < unit.length; at += largest) {
      int length = Math.min(largest, unit.length - at);
      byte[] packet = new byte[length + 2];
      boolean first = at == 1;
      boolean last = at + length == unit.length;
      packet[0] = (byte) ((unit[0] & 0xe0) | FRAGMENT);
      packet[1] = (byte) ((unit[0] & 0x1f) | (first ? 0x80 : 0) | (last ? 0x40 : 0));
      System.arraycopy(unit, at, packet, 2, length);
      packets.add(packet);
    }
  }
}
