package dev.mien.web;

import dev.mien.pipeline.Durations;
import dev.mien.pipeline.Health;
import dev.mien.pipeline.Stats;
import dev.mien.source.ConnectionState;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;

/** What the cameras did, in the words and base units of Prometheus, read when it is asked for. */
final class Metrics implements MultiCollector {
  /** A bucket here is a doubling: four of those of {@link Durations}. */
  private static final int STEP = 4;

  /** Up to so many faces in a batch. */
  private static final List<Double> BATCHES =
      List.of(1.0, 2.0, 4.0, 8.0, 16.0, Double.POSITIVE_INFINITY);

  private final Supplier<List<Stats>> stats;
  private final Supplier<Health> health;
  private final Supplier<List<FaceCount>> faces;
  private final Supplier<Devices> devices;

  Metrics(
      Supplier<List<Stats>> stats,
      Supplier<Health> health,
      Supplier<List<FaceCount>> faces,
      Supplier<Devices> devices) {
    this.stats = stats;
    this.health = health;
    this.faces = faces;
    this.devices = devices;
  }

  @Override
  public MetricSnapshots collect() {
    List<Stats> all = stats.get();
    Devices now = devices.get();
    MetricSnapshots.Builder out = MetricSnapshots.builder();
    out.metricSnapshot(
        counter("mien_frames_captured", "Frames that the camera gave.", all, Stats::read));
    out.metricSnapshot(
        counter("mien_frames_processed", "Frames that were observed.", all, Stats::observed));
    out.metricSnapshot(drops(all));
    out.metricSnapshot(stages(all));
    out.metricSnapshot(ages(all));
    out.metricSnapshot(
        gauge(
            "mien_source_up",
            "Whether the camera can be reached.",
            all,
            s -> !s.finished() && s.link().state() == ConnectionState.State.UP ? 1 : 0));
    out.metricSnapshot(links(all));
    out.metricSnapshot(
        counter(
            "mien_source_reconnects",
            "How often the camera was connected again.",
            all,
            s -> s.link().reconnects()));
    out.metricSnapshot(
        gauge(
            "mien_frame_under_way_seconds",
            "For how long the oldest frame has been on its way.",
            all,
            s -> seconds(s.underWay())));
    out.metricSnapshot(
        gauge(
            "mien_detect_every",
            "Faces are looked for in one frame of so many.",
            all,
            Stats::oneLookOf));
    outputs(all, out);
    out.metricSnapshot(faces());
    out.metricSnapshot(state());
    out.metricSnapshot(
        InfoSnapshot.builder()
            .name("mien_device")
            .help("What was asked for to classify on, and what it is.")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(Labels.of("requested", now.requested(), "actual", now.actual()))
                    .build())
            .build());
    out.metricSnapshot(
        InfoSnapshot.builder()
            .name("mien_detector")
            .help("What computes the detector.")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(Labels.of("engine", now.engine()))
                    .build())
            .build());
    out.metricSnapshot(batches(now.batches()));
    out.metricSnapshot(
        bytes("javacpp_physical_bytes", "Memory of the process.", Pointer.physicalBytes()));
    out.metricSnapshot(
        bytes("javacpp_total_bytes", "Native memory that JavaCPP holds.", Pointer.totalBytes()));
    return out.build();
  }

  private static CounterSnapshot counter(
      String name, String help, List<Stats> all, Function<Stats, Long> value) {
    CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
    all.forEach(s -> builder.dataPoint(count(value.apply(s), Labels.of("camera", s.source()))));
    return builder.build();
  }

  private static CounterSnapshot.CounterDataPointSnapshot count(long value, Labels labels) {
    return CounterSnapshot.CounterDataPointSnapshot.builder()
        .labels(labels)
        .value((double) value)
        .build();
  }

  private static GaugeSnapshot gauge(
      String name, String help, List<Stats> all, Function<Stats, Number> value) {
    GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
    all.forEach(
        s ->
            builder.dataPoint(
                level(value.apply(s).doubleValue(), Labels.of("camera", s.source()))));
    return builder.build();
  }

  private static GaugeSnapshot.GaugeDataPointSnapshot level(double value, Labels labels) {
    return GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  private static GaugeSnapshot bytes(String name, String help, long value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(level((double) value, Labels.EMPTY))
        .build();
  }

  private static CounterSnapshot drops(List<Stats> all) {
    CounterSnapshot.Builder builder =
        CounterSnapshot.builder()
            .name("mien_frames_dropped")
            .help("Frames that were not observed, by reason.");
    for (Stats one : all) {
      one.drops()
          .forEach(
              (reason, frames) ->
                  builder.dataPoint(
                      count(frames, Labels.of("camera", one.source(), "reason", word(reason)))));
    }
    return builder.build();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static GaugeSnapshot links(List<Stats> all) {
    GaugeSnapshot.Builder builder =
        GaugeSnapshot.builder()
            .name("mien_source_state")
            .help("1 for the state of the camera's connection.");
    for (Stats one : all) {
      for (ConnectionState.State state : ConnectionState.State.values()) {
        builder.dataPoint(
            level(
                !one.finished() && one.link().state() == state ? 1 : 0,
                Labels.of("camera", one.source(), "state", state.toString())));
      }
    }
    return builder.build();
  }

  private static HistogramSnapshot stages(List<Stats> all) {
    HistogramSnapshot.Builder builder =
        HistogramSnapshot.builder()
            .name("mien_stage_duration_seconds")
            .help("Time of one frame in a stage; read includes the wait for the camera.");
    for (Stats one : all) {
      one.stages()
          .forEach(
              (stage, durations) ->
                  builder.dataPoint(
                      histogram(
                          durations, Labels.of("camera", one.source(), "stage", word(stage)))));
    }
    return builder.build();
  }

  private static HistogramSnapshot ages(List<Stats> all) {
    HistogramSnapshot.Builder builder =
        HistogramSnapshot.builder()
            .name("mien_frame_age_seconds")
            .help("From the moment when a frame was read until it was observed.");
    all.forEach(s -> builder.dataPoint(histogram(s.ages(), Labels.of("camera", s.source()))));
    return builder.build();
  }

  private static HistogramDataPointSnapshot histogram(Durations durations, Labels labels) {
    List<Double> limits = new ArrayList<>();
    List<Number> counts = new ArrayList<>();
    List<Long> fine = durations.counts();
    long count = 0;
    for (int i = 0; i < fine.size(); i++) {
      count += fine.get(i);
      boolean last = i == fine.size() - 1;
      if (last || i % STEP == 0) {
        limits.add(last ? Double.POSITIVE_INFINITY : seconds(Durations.longest(i)));
        counts.add(count);
        count = 0;
      }
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(ClassicHistogramBuckets.of(limits, counts))
        .sum(seconds(durations.sum()))
        .build();
  }

  private static HistogramSnapshot batches(Map<String, List<Long>> batches) {
    HistogramSnapshot.Builder builder =
        HistogramSnapshot.builder()
            .name("mien_inference_batch_size")
            .help("Faces that went through a model at once.");
    new TreeMap<>(batches)
        .forEach((model, counts) -> builder.dataPoint(batches(counts, Labels.of("model", model))));
    return builder.build();
  }

  private static HistogramDataPointSnapshot batches(List<Long> counts, Labels labels) {
    long[] buckets = new long[BATCHES.size()];
    double faces = 0;
    for (int size = 0; size < counts.size(); size++) {
      int bucket = 0;
      while (size > BATCHES.get(bucket)) {
        bucket++;
      }
      buckets[bucket] += counts.get(size);
      faces += (double) size * counts.get(size);
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(
            ClassicHistogramBuckets.of(BATCHES, Arrays.stream(buckets).boxed().toList()))
        .sum(faces)
        .build();
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  /** Two outputs of one name count as one. */
  private static void outputs(List<Stats> all, MetricSnapshots.Builder out) {
    Map<Labels, Long> written = new TreeMap<>();
    Map<Labels, Long> dropped = new TreeMap<>();
    Map<Labels, Long> lost = new TreeMap<>();
    Map<Labels, Long> nanos = new TreeMap<>();
    Map<Labels, Boolean> up = new TreeMap<>();
    for (Stats one : all) {
      for (Stats.Output output : one.outputs()) {
        Labels labels = Labels.of("camera", one.source(), "output", output.name());
        written.merge(labels, output.written(), Long::sum);
        dropped.merge(labels, output.dropped(), Long::sum);
        lost.merge(labels, output.lost(), Long::sum);
        nanos.merge(labels, output.nanos(), Long::sum);
        up.merge(labels, output.up(), Boolean::logicalAnd);
      }
    }
    out.metricSnapshot(
        counter("mien_output_frames", "Frames that an output of a camera took.", written));
    out.metricSnapshot(
        counter(
            "mien_output_frames_dropped",
            "Frames that came while the queue of an output was full.",
            dropped));
    out.metricSnapshot(
        counter(
            "mien_output_frames_lost",
            "Frames that an output took and that did not arrive where it sends them.",
            lost));
    CounterSnapshot.Builder busy =
        CounterSnapshot.builder()
            .name("mien_output_seconds")
            .help("Time that an output took for its frames: to encode, to write, to send.");
    nanos.forEach(
        (labels, sum) ->
            busy.dataPoint(
                CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value(seconds(sum))
                    .build()));
    out.metricSnapshot(busy.build());
    GaugeSnapshot.Builder alive =
        GaugeSnapshot.builder()
            .name("mien_output_up")
            .help("Whether the output takes frames, and they arrive.");
    up.forEach((labels, yes) -> alive.dataPoint(level(yes ? 1 : 0, labels)));
    out.metricSnapshot(alive.build());
  }

  private static CounterSnapshot counter(String name, String help, Map<Labels, Long> values) {
    CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
    values.forEach((labels, value) -> builder.dataPoint(count(value, labels)));
    return builder.build();
  }

  private GaugeSnapshot faces() {
    GaugeSnapshot.Builder builder =
        GaugeSnapshot.builder()
            .name("mien_faces")
            .help("Faces in the newest frame, by what a model says; sum over one task only.");
    Map<Labels, Long> counts = new TreeMap<>();
    for (FaceCount one : faces.get()) { // A camera on two pages is one camera.
      counts.putIfAbsent(
          Labels.of("camera", one.camera(), "task", one.task(), "label", one.label()), one.faces());
    }
    counts.forEach((labels, number) -> builder.dataPoint(level(number.doubleValue(), labels)));
    return builder.build();
  }

  private GaugeSnapshot state() {
    Health now = health.get();
    GaugeSnapshot.Builder builder =
        GaugeSnapshot.builder().name("mien_state").help("1 for the state that /readyz gives.");
    for (Health.State state : Health.State.values()) {
      builder.dataPoint(level(state == now.state() ? 1 : 0, Labels.of("state", state.toString())));
    }
    return builder.build();
  }
}
