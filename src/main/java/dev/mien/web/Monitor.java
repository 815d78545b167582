package dev.mien.web;

import dev.mien.pipeline.Health;
import dev.mien.pipeline.Stats;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What programs ask that look after Mien: {@code /healthz}, whether it works, {@code /readyz},
 * whether it gives anything, and why not, and {@code /metrics}, for Prometheus. Where there is a
 * token, the last two want it, for they name the cameras.
 */
public final class Monitor {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final Supplier<Health> health;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  /**
   * @param stats how the sources are now; each name once
   * @param stopping whether the program was asked to end
   * @param faces what is in their newest frames
   * @param devices what the models run on now
   */
  public Monitor(
      Supplier<List<Stats>> stats,
      BooleanSupplier stopping,
      Supplier<List<FaceCount>> faces,
      Supplier<Devices> devices) {
    health = () -> Health.of(stats.get(), stopping.getAsBoolean());
    registry.register(new Metrics(stats, health, faces, devices));
    ProcessMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
  }

  /** What a {@link PageServer} is to answer. */
  public List<Route> routes() {
    return List.of(
        new Route("/healthz", true, this::alive),
        new Route("/readyz", false, this::ready),
        new Route("/metrics", false, this::metrics));
  }

  private Answer alive() {
    Health now = health.get();
    return Answer.json(
        now.alive() ? OK : UNAVAILABLE,
        Map.of("alive", now.alive(), "state", now.state().toString()));
  }

  private Answer ready() {
    Health now = health.get();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ready", now.ready());
    answer.put("state", now.state().toString());
    answer.put("cameras", now.sources().stream().map(Monitor::words).toList());
    return Answer.json(now.ready() ? OK : UNAVAILABLE, answer);
  }

  private static Map<String, String> words(Health.Part camera) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("name", camera.name());
    words.put("state", camera.condition().toString());
    if (!camera.why().isEmpty()) {
      words.put("why", camera.why());
    }
    return words;
  }

  private Answer metrics() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot happen in memory", e);
    }
    return new Answer(OK, writer.getContentType(), text.toByteArray());
  }
}
