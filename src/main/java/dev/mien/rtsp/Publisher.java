package dev.mien.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which a stream is sent to a server elsewhere (ANNOUNCE, RECORD; RFC 2326), over
 * TCP. The server is asked every two seconds (OPTIONS): its answer says that it has read all that
 * was sent before. That it takes bytes says nothing, for those a kernel takes whose program stands
 * still.
 *
 * <p>One thread sends; another one, its own, reads and ends what waits too long.
 */
final class Publisher implements AutoCloseable {
  private static final int PIECE = 16_384;
  private static final long MS = 1_000_000L;
  private static final long ASK_EVERY = 2_000 * MS;
  private static final long LOOK_EVERY = 500 * MS;

  /** For one write, or one answer. */
  private static final long PATIENCE = Dialogue.PATIENCE_MILLIS * MS;

  /** For an answer, where writes wait and go on: the way there is narrow. */
  private static final long NARROW_PATIENCE = 4 * PATIENCE;

  /** A write that took so long waited for the other side. */
  private static final long WAITED = 50 * MS;

  private static final long REPORT_EVERY = 5_000 * MS;
  private static final long GOOD_BYE = 1_000 * MS;
  private static final int HEADS = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Dialogue dialogue;
  private final List<byte[]> parameterSets;
  private final int source = RANDOM.nextInt();
  private final long offset = RANDOM.nextInt() & 0xFFFFFFFFL;
  private final Thread reader = new Thread(this::read, "mien-push-answers");
  private int sequence = RANDOM.nextInt(1 << 15);
  private int rtp;
  private int rtcp = 1;
  private long packets;
  private long octets;
  private long reported;

  private volatile @Nullable RtspException broken;
  private volatile boolean closed;

  /** Guards the question that is open. */
  private final Object lock = new Object();

  private long askedAt = -1;
  private long askedAfter;
  private int askedNumber;
  private long asked;
  private boolean everAnswered;
  private boolean narrow;
  private long writingSince = -1;
  private boolean leaving;
  private long sent;
  private long delivered;
  private long counted;

  /**
   * @param parameterSets SPS and PPS of what will be sent
   */
  Publisher(Dialogue dialogue, List<byte[]> parameterSets) {
    this.dialogue = dialogue;
    this.parameterSets = parameterSets;
    reader.setDaemon(true);
  }

  /**
   * Connects, and has the server take the stream.
   *
   * @param name of the stream, for people
   */
  void open(String name) throws RtspException {
    dialogue.connect();
    String url = dialogue.url();
    long id = RANDOM.nextLong() >>> 2;
    String sdp = Sdp.of(name, dialogue.ownHost(), id, parameterSets);
    dialogue.ask("ANNOUNCE", url, "Content-Type: application/sdp\r\n", sdp);
    String wanted = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n";
    String given = dialogue.ask("SETUP", url + "/" + Uri.TRACK, wanted, "").first("transport");
    if (given.matches(".*interleaved=\\d{1,3}-\\d{1,3}.*")) {
      String[] channels = given.replaceFirst(".*interleaved=([\\d-]+).*", "$1").split("-", 2);
      rtp = Integer.parseInt(channels[0]);
      rtcp = Integer.parseInt(channels[1]);
    } else if (!given.isEmpty() && !given.contains("TCP")) {
      throw new RtspException("does not take the stream over TCP");
    }
    dialogue.ask("RECORD", url, "Range: npt=0.000-\r\n", "");
    reader.start();
    ask("OPTIONS");
  }

  /** Whether a picture can be sent as part of what was announced. */
  boolean fits(Unit unit) {
    if (unit.parameterSets().isEmpty()) {
      return true;
    }
    if (unit.parameterSets().size() != parameterSets.size()) {
      return false;
    }
    for (int i = 0; i < parameterSets.size(); i++) {
      if (!Arrays.equals(unit.parameterSets().get(i), parameterSets.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Sends a picture; what else is due goes with it. */
  void send(Unit unit) throws RtspException {
    int count = unit.payloads().size();
    ByteBuf out = Unpooled.buffer(unit.bytes() + count * HEADS);
    for (int i = 0; i < count; i++) {
      byte[] payload = unit.payloads().get(i);
      out.writeByte('$').writeByte(rtp).writeShort(12 + payload.length).writeByte(0x80);
      out.writeByte((i == count - 1 ? 0x80 : 0) | Sdp.PAYLOAD_TYPE).writeShort(sequence++);
      out.writeInt((int) (unit.time() + offset)).writeInt(source).writeBytes(payload);
      packets++;
      octets += payload.length;
    }
    write(out);
    synchronized (lock) {
      sent++;
    }
    long now = System.nanoTime();
    if (packets == count || now - reported > REPORT_EVERY) {
      reported = now;
      report(unit.time());
    }
    askWhereDue();
  }

  private void report(long time) throws RtspException {
    ByteBuf out = Unpooled.buffer();
    out.writeByte('$').writeByte(rtcp).writeShort(0);
    Rtcp.report(out, source, Instant.now(), time + offset, packets, octets, "mien", false);
    out.setShort(2, out.readableBytes() - 4);
    write(out);
  }

  /** To be called now and then where no picture is sent either. */
  void askWhereDue() throws RtspException {
    synchronized (lock) {
      if (askedAt >= 0 || System.nanoTime() - asked < ASK_EVERY) {
        return;
      }
    }
    ask("OPTIONS");
  }

  private void ask(String method) throws RtspException {
    byte[] request = dialogue.request(method, dialogue.url(), "", "");
    synchronized (lock) {
      asked = System.nanoTime();
      askedAt = asked;
      askedAfter = sent;
      askedNumber = dialogue.number();
      narrow = false;
    }
    write(Unpooled.wrappedBuffer(request));
  }

  private void write(ByteBuf out) throws RtspException {
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    try {
      for (int at = 0; at < bytes.length; at += PIECE) {
        long start = System.nanoTime();
        synchronized (lock) {
          writingSince = start;
        }
        dialogue.send(bytes, at, Math.min(PIECE, bytes.length - at));
        synchronized (lock) {
          writingSince = -1;
          narrow |= System.nanoTime() - start > WAITED;
        }
      }
    } catch (IOException e) {
      throw failed("the connection broke");
    }
  }

  /** Pictures that the server has taken; of one that never answers, those that were handed over. */
  long delivered() {
    synchronized (lock) {
      boolean mute = !everAnswered && askedAt >= 0 && System.nanoTime() - askedAt > PATIENCE;
      counted = Math.max(counted, mute ? sent : delivered);
      return counted;
    }
  }

  /** Pictures that were handed over. */
  long sent() {
    synchronized (lock) {
      return sent;
    }
  }

  void check() throws RtspException {
    RtspException why = broken;
    if (why != null) {
      throw why;
    }
  }

  private RtspException failed(String words) {
    RtspException why = broken;
    return why == null ? new RtspException(words) : why;
  }

  private void read() {
    try {
      while (!closed) {
        try {
          Dialogue.Answer answer = dialogue.next(System.nanoTime() + LOOK_EVERY);
          answered(answer);
        } catch (SocketTimeoutException e) {
          // Nothing was said; that may be right.
        }
        look();
      }
    } catch (RtspException e) {
      broken(e);
    } catch (IOException e) {
      if (e instanceof EOFException) {
        hungUp();
      }
      broken(new RtspException("the other side hung up"));
    }
  }

  /** Some answer a good-bye by that: they have read it, and so what came before. */
  private void hungUp() {
    synchronized (lock) {
      if (leaving) {
        everAnswered = true;
        delivered = askedAfter;
        askedAt = -1;
      }
    }
  }

  private void broken(RtspException why) {
    if (!closed && broken == null) {
      broken = why;
    }
    dialogue.close();
  }

  private void answered(Dialogue.Answer answer) throws RtspException {
    if (answer.status() == 454) {
      throw new RtspException("has ended the stream (454)");
    }
    synchronized (lock) {
      everAnswered = true;
      if (answer.first("cseq").equals(Integer.toString(askedNumber))) {
        delivered = askedAfter;
        askedAt = -1;
      }
    }
  }

  private void look() throws RtspException {
    long now = System.nanoTime();
    synchronized (lock) {
      boolean stuck = writingSince >= 0 && now - writingSince > PATIENCE;
      // Who has never answered may not know how; who has does.
      boolean silent =
          everAnswered && askedAt >= 0 && now - askedAt > (narrow ? NARROW_PATIENCE : PATIENCE);
      if (stuck || silent) {
        throw new RtspException("does not take what it is sent");
      }
    }
  }

  /** Says good-bye, and waits a little for the answer, which means that all has arrived. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (broken == null && reader.isAlive()) {
      try {
        synchronized (lock) {
          leaving = true;
        }
        ask("TEARDOWN");
        awaitAnswer();
      } catch (RtspException e) {
        // Then it is not heard; the connection ends all the same.
      }
    }
    closed = true;
    dialogue.close();
  }

  /** Ends it without a word. */
  void abort() {
    closed = true;
    dialogue.close();
  }

  private void awaitAnswer() {
    long end = System.nanoTime() + GOOD_BYE;
    while (reader.isAlive() && System.nanoTime() < end) {
      synchronized (lock) {
        if (askedAt < 0) {
          return;
        }
      }
      try {
        reader.join(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
