package dev.mien.source;

import dev.mien.source.ConnectionState.State;
import dev.mien.source.RtspCamera.Script;
import java.util.function.Consumer;

/** The faults of the table, in its order. */
final class FaultList {
  private FaultList() {}

  static void run(Faults faults, Consumer<Faults.Row> to) throws Exception {
    openings(faults, to);
    borne(faults, to);
    broken(faults, to);
    stops(faults, to);
  }

  static void stops(Faults faults, Consumer<Faults.Row> to) throws Exception {
    try (Served silent = Served.silent()) {
      to.accept(faults.stop("nobody answers", silent.url("rtsp"), State.CONNECTING));
    }
    try (RtspCamera camera = RtspCamera.start(0, faults.film(), new Script())) {
      to.accept(faults.stop("pictures come", camera.url(), State.UP));
    }
    Script stalls = new Script().stallAt(40);
    try (RtspCamera camera = RtspCamera.start(0, faults.film(), stalls)) {
      to.accept(faults.stop("no picture comes any more", camera.url(), State.STALLED));
      to.accept(faults.stop("none comes over UDP", camera.url() + "?udp", State.STALLED));
    }
  }

  static void broken(Faults faults, Consumer<Faults.Row> to) throws Exception {
    to.accept(faults.camera("cut in the middle of a picture", new Script().cutAt(40)));
    to.accept(
        faults.camera("stall: the connection stays, nothing comes", new Script().stallAt(40)));
    to.accept(
        faults.network("network cut, and new connections too", Proxy.Mode.CUT, State.RETRYING));
    to.accept(faults.network("half-open: nothing comes through", Proxy.Mode.HOLE, State.STALLED));
    to.accept(faults.network("trickle in mid-stream", Proxy.Mode.TRICKLE, State.STALLED));
  }

  static void openings(Faults faults, Consumer<Faults.Row> to) throws Exception {
    try (Served silent = Served.silent()) {
      to.accept(faults.opening("black hole: accepts, never answers", silent.url("rtsp")));
    }
    String nobody;
    try (Served gone = Served.silent()) {
      nobody = gone.url("rtsp");
    }
    to.accept(faults.opening("nobody listens", nobody));
    try (Served hangsUp = Served.with((client, number) -> Served.request(client))) {
      to.accept(faults.opening("hangs up at once", hangsUp.url("rtsp")));
    }
    to.accept(
        says("wrong password", "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"", faults));
    to.accept(says("no such stream", "404 Not Found", faults));
    to.accept(
        faults.opening("name that does not exist", "rtsp://" + Served.USER_INFO + "cam.invalid/1"));
    try (Served trickle =
        Served.with(
            (client, number) -> {
              Served.request(client);
              while (true) {
                client.getOutputStream().write(' ');
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
              }
            })) {
      to.accept(faults.opening("trickle in the first answer", trickle.url("rtsp")));
    }
  }

  private static Faults.Row says(String fault, String status, Faults faults) throws Exception {
    try (Served served =
        Served.with(
            (client, number) -> {
              for (int i = 1; !Served.request(client).isEmpty(); i++) {
                client
                    .getOutputStream()
                    .write(
                        "RTSP/1.0 %s\r\nCSeq: %d\r\nContent-Length: 0\r\n\r\n"
                            .formatted(status, i)
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
              }
            })) {
      return faults.opening(fault, served.url("rtsp"));
    }
  }

  static void borne(Faults faults, Consumer<Faults.Row> to) throws Exception {
    long step = RtspCamera.STEP_TICKS;
    to.accept(faults.borne("none", new Script(), ""));
    to.accept(faults.borne("size change", faults.change(), ""));
    to.accept(
        faults.borne(
            "times set back 100 s",
            new Script().ticks(i -> 90_000_000L + i * step - (i < 40 ? 0 : 9_000_000L)),
            ""));
    to.accept(
        faults.borne(
            "times set forward 100 s",
            new Script().ticks(i -> 90_000L + i * step + (i < 40 ? 0 : 9_000_000L)),
            ""));
    to.accept(
        faults.borne(
            "32 bits of times run over",
            new Script().ticks(i -> (1L << 32) - 40 * step + i * step),
            ""));
    to.accept(
        faults.borne("each time twice", new Script().ticks(i -> 90_000L + i / 2 * 2L * step), ""));
    to.accept(faults.borne("5 % of the packets with wrong bits", new Script().corrupt(0.05), ""));
    to.accept(faults.borne("UDP", new Script(), "?udp"));
    for (int percent : new int[] {1, 5, 20}) {
      to.accept(faults.lossy(percent));
    }
  }
}
