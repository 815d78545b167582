package dev.mien.sink;

import dev.mien.rtsp.RtspServers;
import dev.mien.rtsp.RtspStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What players of others get, and what a push costs: the tables of docs/streams.md. */
final class Peers {
  private final Path folder;
  private final PrintStream out;

  private Peers(Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
  }

  /** Argument: frames that each player takes. */
  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.ROOT);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Peers peers = new Peers(Files.createTempDirectory("peers"), out);
    peers.players(Integer.parseInt(arguments[0]));
    out.println();
    peers.push();
  }

  private void players(int frames) throws Exception {
    List<Double> all = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    long[] dropped = new long[2];
    RtspServers servers = new RtspServers(Map.of());
    for (int stopped : new int[] {-1, 0}) {
      RtspStream stream = servers.stream("127.0.0.1", 0, "door");
      try (Feed feed = new Feed(RtspSink.served(stream, Footage.outlet(folder)), true);
          Players players = new Players(folder, stream.url(), frames)) {
        if (stopped >= 0) {
          players.stop(stopped);
        }
        players.await(stopped);
        dropped[stopped + 1] = stream.stats().dropped();
        for (int i = 0; i < Players.COUNT; i++) {
          (stopped < 0 ? all : others).add(i == stopped ? Double.NaN : players.share(i));
        }
        feed.await(1);
      }
    }
    out.println("| player | of its frames | while the first one is stopped |");
    out.println("|---|---|---|");
    for (int i = 0; i < Players.COUNT; i++) {
      String other = Double.isNaN(others.get(i)) ? "–" : "%.1f %%".formatted(others.get(i) * 100);
      out.printf("| %s | %.1f %% | %s |%n", Players.name(i), all.get(i) * 100, other);
    }
    out.printf("| dropped by the server, of all | %d | %d |%n", dropped[0], dropped[1]);
  }

  private void push() throws Exception {
    Feed feed;
    int port;
    out.println("| the target | longest write, ms | first frame after, ms |");
    out.println("|---|---|---|");
    try (Target target = new Target(folder, 0)) {
      port = target.port;
      SinkAddress address = SinkAddress.parse("rtsp://127.0.0.1:" + port + "/door");
      feed = new Feed(address.open(Footage.outlet(folder)), true);
      target.awaitFrames(30);
      row("takes what comes", feed, -1);
      target.signal("STOP");
      feed.await(20 * Feed.RATE);
      row("is stopped for 20 s", feed, -1);
      long back = System.nanoTime();
      target.signal("CONT");
      target.drain();
      target.awaitFrames(1);
      row("goes on", feed, System.nanoTime() - back);
    }
    feed.await(5 * Feed.RATE);
    row("is killed, for 5 s", feed, -1);
    long back = System.nanoTime();
    try (feed;
        Target target = new Target(folder, port)) {
      target.awaitFrames(1);
      row("is started again", feed, System.nanoTime() - back);
    }
  }

  private void row(String target, Feed feed, long after) {
    String first = after < 0 ? "–" : Long.toString(after / 1_000_000);
    out.printf("| %s | %.0f | %s |%n", target, feed.longest() / 1e6, first);
  }
}
