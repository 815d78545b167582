package dev.mien.rtsp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * One picture, cut into the payloads of RTP packets (RFC 6184, packetization mode 1): small NAL
 * units as they are, parameter sets together in one STAP-A, large ones in FU-A fragments.
 *
 * @param payloads in order, the last of which carries the marker
 * @param key whether a decoder can begin here
 * @param time 90 kHz
 * @param parameterSets SPS and PPS, where they come with it
 */
record Unit(List<byte[]> payloads, boolean key, long time, List<byte[]> parameterSets) {
  /** Fits an Ethernet packet with all headers, and tunnels. */
  static final int LARGEST = 1380;

  private static final int SLICE = 1;
  private static final int IDR = 5;
  private static final int SPS = 7;
  private static final int PPS = 8;
  private static final int STAP_A = 24;
  private static final int FU_A = 28;

  /**
   * An access unit delimiter. Sent behind a picture it begins the next one: FFmpeg's parser then
   * gives the picture out at once, and does not wait a frame's time for what follows it.
   */
  private static final byte[] DELIMITER = {9, (byte) 0xF0};

  /**
   * @param annexB one access unit
   */
  static Unit of(byte[] annexB, long time) {
    return of(annexB, time, true);
  }

  /**
   * @param annexB one access unit
   * @param delimited whether a delimiter follows it
   */
  static Unit of(byte[] annexB, long time, boolean delimited) {
    List<byte[]> payloads = new ArrayList<>();
    List<byte[]> parameterSets = new ArrayList<>();
    boolean key = false;
    for (byte[] nal : split(annexB)) {
      int type = nal[0] & 31;
      if (type == SPS || type == PPS) {
        parameterSets.add(nal);
        continue;
      }
      if (type == IDR || type == SLICE) {
        key |= type == IDR;
        together(parameterSets, payloads);
      }
      add(nal, payloads);
    }
    if (payloads.isEmpty()) {
      together(parameterSets, payloads);
    }
    if (delimited) {
      payloads.add(DELIMITER);
    }
    return new Unit(payloads, key, time, parameterSets);
  }

  /** The NAL units between the start codes, none of them empty. */
  static List<byte[]> split(byte[] annexB) {
    List<byte[]> nals = new ArrayList<>();
    int start = -1;
    for (int i = 0; i + 2 < annexB.length; i++) {
      if (annexB[i] == 0 && annexB[i + 1] == 0 && annexB[i + 2] == 1) {
        cut(annexB, start, i, nals);
        start = i + 3;
        i += 2;
      }
    }
    cut(annexB, start, annexB.length, nals);
    return nals;
  }

  private static void cut(byte[] annexB, int start, int end, List<byte[]> nals) {
    if (start < 0) {
      return;
    }
    int last = end;
    while (last > start && annexB[last - 1] == 0) {
      last--; // A NAL unit never ends in zeros: they belong to the next start code.
    }
    if (last > start) {
      nals.add(Arrays.copyOfRange(annexB, start, last));
    }
  }

  private static void together(List<byte[]> nals, List<byte[]> payloads) {
    int length = 1 + nals.stream().mapToInt(n -> 2 + n.length).sum();
    if (nals.size() < 2 || length > LARGEST) {
      nals.forEach(n -> add(n, payloads));
      return;
    }
    byte[] payload = new byte[length];
    int reference = nals.stream().mapToInt(n -> n[0] & 0x60).max().orElse(0);
    payload[0] = (byte) (reference | STAP_A);
    int at = 1;
    for (byte[] nal : nals) {
      payload[at++] = (byte) (nal.length >> 8);
      payload[at++] = (byte) nal.length;
      System.arraycopy(nal, 0, payload, at, nal.length);
      at += nal.length;
    }
    payloads.add(payload);
  }

  private static void add(byte[] nal, List<byte[]> payloads) {
    if (nal.length <= LARGEST) {
      payloads.add(nal);
      return;
    }
    for (int at = 1; at < nal.length; at += LARGEST - 2) {
      int length = Math.min(LARGEST - 2, nal.length - at);
      byte[] payload = new byte[length + 2];
      payload[0] = (byte) ((nal[0] & 0xE0) | FU_A);
      int start = at == 1 ? 0x80 : 0;
      int end = at + length == nal.length ? 0x40 : 0;
      payload[1] = (byte) (start | end | (nal[0] & 31));
      System.arraycopy(nal, at, payload, 2, length);
      payloads.add(payload);
    }
  }

  Unit {
    payloads = Collections.unmodifiableList(payloads);
    parameterSets = List.copyOf(parameterSets);
  }

  int bytes() {
    return payloads.stream().mapToInt(p -> p.length).sum();
  }
}
