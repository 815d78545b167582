package dev.mien.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.management.OperatingSystemMXBean;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Stage;
import dev.mien.pipeline.Stats;
import dev.mien.session.Setup;
import dev.mien.sink.Sink;
import dev.mien.source.SourceAddress;
import dev.mien.web.Devices;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;

/**
 * How fast a recording is read, and what of the processors each stage takes. The bound is what the
 * cores could do if they did nothing else: cores by the processor time of a frame, of all threads
 * of the process. No run can pass it.
 */
final class RecordedBench {
  private static final double MILLI = 1e6;
  private static final double SECOND = 1e9;
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /**
   * One run.
   *
   * @param cpu milliseconds of the processors a frame: of each stage, of the outputs, and of all
   *     else, which is the codecs' own threads and the virtual machine
   * @param nativeBytes kept a frame after the run
   * @param heapBytes kept a frame after the run
   */
  private record Row(
      String name, Stats stats, Map<String, Double> cpu, double nativeBytes, double heapBytes) {
    double sum() {
      return cpu.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    double bound() {
      return CORES * 1000 / sum();
    }
  }

  /** Notes when the first face with a label was there: milliseconds since the process began. */
  private static final class FirstLabel implements Sink {
    private volatile long at;

    @Override
    public String name() {
      return "first label";
    }

    @Override
    public Want wants() {
      return Want.NOTHING;
    }

    @Override
    public void write(Frame frame, Observation observation) {
      if (at == 0 && observation.faces().stream().anyMatch(f -> !f.labels().isEmpty())) {
        at = ManagementFactory.getRuntimeMXBean().getUptime();
      }
    }

    @Override
    public void close() {}
  }

  private final Run run;
  private final SourceAddress address;
  private final List<Row> rows = new ArrayList<>();
  private double coldStart;

  RecordedBench(Run run, SourceAddress address) {
    this.run = run;
    this.address = address;
  }

  /** The virtual machine compiles while it runs; how long the first label took is kept. */
  void warmUp() throws IOException, InterruptedException {
    FirstLabel first = new FirstLabel();
    run.run(address.open(), List.of(first));
    coldStart = first.at / 1000.0;
  }

  void measure(String name, Setup setup, List<Sink> sinks)
      throws IOException, InterruptedException {
    if (run.interrupted()) {
      return;
    }
    System.gc();
    long nativeBefore = Pointer.totalBytes();
    long heapBefore = heap();
    long cpuBefore = SYSTEM.getProcessCpuTime();
    Stats stats = run.run(address.open(), setup, sinks);
    double all = (SYSTEM.getProcessCpuTime() - cpuBefore) / MILLI;
    System.gc();
    double frames = Math.max(1, stats.observed());
    Map<String, Double> cpu = new LinkedHashMap<>();
    double known = 0;
    for (Stage stage : Stage.values()) {
      double millis = stats.cpu().getOrDefault(stage, 0L) / MILLI;
      cpu.put(stage.name().toLowerCase(Locale.ROOT), millis / frames);
      known += millis;
    }
    for (Stats.Output output : stats.outputs()) {
      cpu.merge("write", output.cpu() / MILLI / frames, Double::sum);
      known += output.cpu() / MILLI;
    }
    cpu.put("other", Math.max(0, all - known) / frames);
    rows.add(
        new Row(
            name,
            stats,
            cpu,
            (Pointer.totalBytes() - nativeBefore) / frames,
            (heap() - heapBefore) / frames));
  }

  private static long heap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    Devices devices = run.devices("");
    line(
        text,
        "%d cores; detector by %s, classifiers on %s; first label %.2f s after the start of the"
            + " process",
        CORES,
        devices.engine(),
        devices.actual(),
        coldStart);
    for (Row row : rows) {
      Stats stats = row.stats();
      line(
          text,
          "%s: %.1f frames a second, %d frames, %d threads; %s",
          row.name(),
          stats.framesPerSecond(),
          stats.observed(),
          stats.workers(),
          stats.effort());
      row.cpu().forEach((stage, millis) -> line(text, "  %-9s %7.3f ms of a core", stage, millis));
      line(
          text,
          "  %-9s %7.3f ms of a core a frame: %d cores do at most %.1f frames a second; reached"
              + " %.2f of it",
          "sum",
          row.sum(),
          CORES,
          row.bound(),
          stats.framesPerSecond() / row.bound());
      line(
          text,
          "  faces     %d tracked where they were looked for, %d of them asked about",
          stats.faces().tracked(),
          stats.faces().asked());
      line(
          text,
          "  memory    %.0f bytes native, %.0f heap kept a frame",
          row.nativeBytes(),
          row.heapBytes());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }

  String json() throws JsonProcessingException {
    List<Object> runs = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", row.name());
      one.put("effort", row.stats().effort().toString());
      one.put("frames", row.stats().observed());
      one.put("seconds", row.stats().nanos() / SECOND);
      one.put("frames_per_second", row.stats().framesPerSecond());
      one.put("cpu_ms_a_frame", row.cpu());
      one.put("bound_frames_per_second", row.bound());
      one.put("reached", row.stats().framesPerSecond() / row.bound());
      one.put("faces_tracked", row.stats().faces().tracked());
      one.put("faces_asked", row.stats().faces().asked());
      one.put("native_bytes_a_frame", row.nativeBytes());
      one.put("heap_bytes_a_frame", row.heapBytes());
      runs.add(one);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("cores", CORES);
    all.put("detector_engine", run.devices("").engine());
    all.put("device", run.devices("").actual());
    all.put("first_label_seconds", coldStart);
    all.put("runs", runs);
    return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all)
        + System.lineSeparator();
  }
}
