package dev.mien.command;

import dev.mien.pipeline.Stats;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Source;
import dev.mien.web.Devices;
import dev.mien.web.FaceCount;
import dev.mien.web.Monitor;
import dev.mien.web.PageServer;
import dev.mien.web.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The servers of {@code --to http}: one for each address, from the first source on it. */
final class WebPages implements Pages, AutoCloseable {
  private static final int SHORTEST_TOKEN = 12;

  private final Map<SinkAddress.Http, PageServer> servers = new ConcurrentHashMap<>();
  private final String made = PageServer.newToken();
  private List<Route> routes = List.of();

  /**
   * Has the pages that are opened from now on tell programs too how the run is.
   *
   * @param stats how its sources are now
   * @param stopping whether it was asked to end
   */
  void tell(Supplier<List<Stats>> stats, BooleanSupplier stopping, Supplier<Devices> devices) {
    routes = new Monitor(stats, stopping, this::faces, devices).routes();
  }

  private List<FaceCount> faces() {
    return servers.values().stream().flatMap(s -> s.faces().stream()).toList();
  }

  @Override
  public Sink open(SinkAddress.Http address, String source) throws IOException {
    PageServer server = servers.get(address);
    if (server == null) {
      // One that is left from another address may hold the port.
      tidy();
      server = start(address);
      servers.put(address, server);
    }
    return server.camera(source);
  }

  /** Closes the pages that show nothing any more. */
  void tidy() {
    servers
        .values()
        .removeIf(
            server -> {
              boolean idle = server.isIdle();
              if (idle) {
                server.close();
              }
              return idle;
            });
  }

  /** The pages say how the source is connected. */
  void opened(String name, Source source) {
    servers.values().forEach(s -> s.link(name, source::link));
  }

  private PageServer start(SinkAddress.Http address) throws IOException {
    boolean here = PageServer.isLoopback(address.host());
    String given = given();
    String token = given != null || here ? given : made;
    PageServer server = PageServer.open(address.host(), address.port(), token, routes);
    String url = new SinkAddress.Http(address.host(), server.port()) + "/";
    if (token == null) {
      System.err.println("mien: the page is at " + url);
    } else {
      System.err.println(
          "mien: the page is at "
              + url
              + (here ? "" : ", for everybody on the network who knows the token, unencrypted"));
      System.err.println(
          given == null
              ? "mien: the token, shown only now: " + token
              : "mien: the token is that of MIEN_TOKEN");
    }
    return server;
  }

  /** From the environment, or from a file that it names; null where neither is set. */
  private static @Nullable String given() throws IOException {
    String token = System.getenv("MIEN_TOKEN");
    String file = System.getenv("MIEN_TOKEN_FILE");
    if (token == null && file != null) {
      if (!Files.isReadable(Path.of(file))) {
        throw new IllegalArgumentException(
            "MIEN_TOKEN_FILE: found '" + file + "', expected a file that can be read");
      }
      token = Files.readString(Path.of(file));
    }
    if (token == null) {
      return null;
    }
    if (token.strip().length() < SHORTEST_TOKEN) {
      throw new IllegalArgumentException(
          "MIEN_TOKEN: found %d characters, expected %d or more"
              .formatted(token.strip().length(), SHORTEST_TOKEN));
    }
    return token.strip();
  }

  @Override
  public void close() {
    servers.values().forEach(PageServer::close);
  }
}
