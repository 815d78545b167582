package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.rtsp.RtspPublication;
import java.io.IOException;

/**
 * The annotated pictures, sent to an RTSP server elsewhere (ANNOUNCE and RECORD), which is known to
 * take them or not. A server that is down or does not read costs pictures, never time, and is
 * connected to again when it is back.
 */
final class RtspPush implements Sink {
  /** For the last pictures, where the run has ended. */
  private static final long LAST_MILLIS = 4_000;

  private final String name;
  private final boolean patient;
  private final RtspPublication publication;
  private final RtspSink pictures;

  /**
   * @param url may have user and password
   * @param name the same without them
   */
  RtspPush(String url, String name, Outlet outlet) throws SinkException {
    this.name = name;
    patient = outlet.patient();
    publication = new RtspPublication(url, name, outlet.source(), patient);
    pictures = RtspSink.sent(publication, name, outlet);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Want wants() {
    return pictures.wants();
  }

  @Override
  public boolean shows() {
    return true;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    RtspPublication.State state = publication.state();
    if (state.refused() && !patient) {
      throw new SinkException(SinkException.Reason.REFUSED, name + ": " + state.trouble());
    }
    pictures.write(frame, observation);
  }

  @Override
  public Delivery delivery() {
    RtspPublication.State state = publication.state();
    return new Delivery(state.delivered(), state.lost(), state.trouble());
  }

  @Override
  public void finish() throws IOException {
    publication.close(LAST_MILLIS);
    RtspPublication.State state = publication.state();
    if (!state.trouble().isEmpty()) {
      throw new SinkException(
          state.refused() ? SinkException.Reason.REFUSED : SinkException.Reason.UNREACHABLE,
          "%s: %s; %d pictures were lost".formatted(name, state.trouble(), state.lost()));
    }
  }

  @Override
  public void close() {
    pictures.close();
  }
}
