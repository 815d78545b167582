package dev.mien.session;

import dev.mien.annotate.Hide;
import dev.mien.annotate.Labels;
import dev.mien.classify.BatchSizes;
import dev.mien.classify.Classifier;
import dev.mien.classify.OnnxClassifier;
import dev.mien.classify.SharedClassifier;
import dev.mien.detect.Detector;
import dev.mien.detect.DetectorEngine;
import dev.mien.detect.Detectors;
import dev.mien.detect.HidingDetector;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.onnx.NetworkException;
import dev.mien.pipeline.Nets;
import dev.mien.pipeline.Pipeline;
import dev.mien.pipeline.WorkerPool;
import dev.mien.source.Source;
import dev.mien.track.Rules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bytedeco.opencv.global.opencv_core;

/**
 * The pipelines of a program: it opens what they are read with, once for all that wish the same,
 * and puts them together. From any thread.
 */
public final class Session implements AutoCloseable {
  /** Finds models by name or folder, and lets none through that must not be used. */
  @FunctionalInterface
  public interface ModelFinder {
    Model find(String nameOrFolder) throws IOException;
  }

  /** Weaker detections than this do not even carry a track on. */
  private static final double FLOOR = 0.6;

  /** A model that stays the same: of another folder, or with other files, it is another one. */
  private record ModelKey(Model model, Map<String, String> files) {
    static ModelKey of(Model model) {
      return new ModelKey(model, model.card().files());
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ModelKey key
          && key.model.folder().equals(model.folder())
          && key.files.equals(files);
    }

    @Override
    public int hashCode() {
      return 31 * model.folder().hashCode() + files.hashCode();
    }
  }

  private record DetectorKey(ModelKey model, double least) {}

  /** A classifier's network, and the classifiers on it, one a thread of the pool. */
  private record Asked(Network network, BatchSizes sizes, List<Classifier> classifiers) {
    void close() {
      new HashSet<>(classifiers).forEach(Classifier::close);
      network.close();
    }
  }

  private final ModelFinder models;
  private final Device device;
  private final DetectorEngine engine;
  private final UnaryOperator<Detector> around;
  private final WorkerPool pool;
  private final AtomicLong ids = new AtomicLong();
  private final Map<DetectorKey, List<Detector>> detectors = new LinkedHashMap<>();
  private final Map<ModelKey, Asked> asked = new LinkedHashMap<>();
  private final Map<ModelKey, HidingDetector> hiding = new LinkedHashMap<>();

  /**
   * @param device {@code auto}, {@code cpu} or {@code cuda[:N]}
   * @param engine what computes the detectors, as {@link DetectorEngine#parse} takes it
   * @throws NetworkException if CUDA was asked for and cannot be used
   */
  public Session(ModelFinder models, String device, String engine) throws NetworkException {
    this(models, device, engine, UnaryOperator.identity());
  }

  /**
   * The same with something around each detector.
   *
   * @param around is put around each detector
   */
  public Session(ModelFinder models, String device, String engine, UnaryOperator<Detector> around)
      throws NetworkException {
    this.models = models;
    this.device = Device.parse(device);
    this.engine = DetectorEngine.parse(engine);
    this.around = around;
    if (this.device instanceof Device.Cuda && Network.cudaObstacle().isPresent()) {
      throw new NetworkException("device " + device + ": " + Network.cudaObstacle().get());
    }
    // Each worker has the core that it runs on; nets that spread themselves would only fight.
    opencv_core.setNumThreads(1);
    pool = new WorkerPool(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Opens what the wishes name, unless it is open.
   *
   * @throws IOException if a model is not there or cannot be used
   */
  public synchronized Setup open(Wishes wishes) throws IOException {
    Model detector = models.find(wishes.detector());
    List<Model> classifiers = new ArrayList<>();
    for (String name : wishes.classify()) {
      if (!name.equals("none") && !name.isBlank()) {
        classifiers.add(models.find(name));
      }
    }
    List<Detector> finding = detectors(detector, Math.min(FLOOR, wishes.conf()));
    List<List<Classifier>> asking = new ArrayList<>();
    for (Model model : classifiers) {
      asking.add(classifiers(model));
    }
    List<Nets> nets = new ArrayList<>();
    for (int i = 0; i < pool.size(); i++) {
      int thread = i;
      nets.add(new Nets(finding.get(i), asking.stream().map(c -> c.get(thread)).toList()));
    }
    return new Setup(
        wishes, detector, classifiers, nets, wishes.hideFaces() ? hiding(detector) : null);
  }

  /** Only a YuNet finds what is small or turned; the shipped one does it for other detectors. */
  private HidingDetector hiding(Model detector) throws IOException {
    Card.Detector card = detector.card().detector();
    Model model = card != null && card.kind() == Card.Kind.YUNET ? detector : models.find("yunet");
    HidingDetector open = hiding.get(ModelKey.of(model));
    if (open == null) {
      open = HidingDetector.open(model, engine, device, pool.size());
      hiding.put(ModelKey.of(model), open);
    }
    return open;
  }

  private List<Detector> detectors(Model model, double least) throws IOException {
    DetectorKey key = new DetectorKey(ModelKey.of(model), least);
    List<Detector> open = detectors.get(key);
    if (open == null) {
      open = new ArrayList<>();
      try {
        for (int i = 0; i < pool.size(); i++) {
          open.add(around.apply(Detectors.open(model, least, engine, device)));
        }
      } catch (IOException | RuntimeException e) {
        open.forEach(Detector::close);
        throw e;
      }
      detectors.put(key, open);
    }
    return open;
  }

  private List<Classifier> classifiers(Model model) throws IOException {
    Asked open = asked.get(ModelKey.of(model));
    if (open == null) {
      Network network = Network.open(model.name(), model.read(Model.NETWORK), device);
      open = new Asked(network, new BatchSizes(), new ArrayList<>());
      try {
        for (int i = 0; i < pool.size(); i++) {
          open.classifiers().add(classifier(model, open));
        }
      } catch (IOException | RuntimeException e) {
        open.close();
        throw e;
      }
      asked.put(ModelKey.of(model), open);
    }
    return open.classifiers();
  }

  /** Each thread has its own where a batch gains nothing; a GPU takes the faces of all at once. */
  private Classifier classifier(Model model, Asked open) throws ModelException {
    if (!(open.network().device() instanceof Device.Cuda)) {
      return new OnnxClassifier(model, open.network(), open.sizes());
    }
    return open.classifiers().isEmpty()
        ? new SharedClassifier(new OnnxClassifier(model, open.network(), open.sizes()), pool.size())
        : open.classifiers().get(0);
  }

  /**
   * A pipeline that reads a source with a setup, not yet running: sinks and limits are still to be
   * said.
   */
  public Pipeline.Builder pipeline(Source source, Setup setup) {
    Wishes wishes = setup.wishes();
    HidingDetector finder = setup.hiding();
    return Pipeline.of(source, pool, setup.nets())
        .rules(Rules.DEFAULT.withSure(wishes.conf()))
        .ids(ids::incrementAndGet)
        .effort(wishes.effort())
        .hide(finder == null ? null : new Hide(finder::find, !source.stills()))
        .draw(new Labels());
  }

  /** Closes what none of these setups needs; no pipeline may run with it any more. */
  public synchronized void keepOnly(Collection<Setup> setups) {
    Set<DetectorKey> finding = new HashSet<>();
    Set<ModelKey> asking = new HashSet<>();
    for (Setup setup : setups) {
      finding.add(
          new DetectorKey(ModelKey.of(setup.detector()), Math.min(FLOOR, setup.wishes().conf())));
      setup.classifiers().forEach(m -> asking.add(ModelKey.of(m)));
    }
    hiding
        .values()
        .removeIf(
            open -> {
              boolean over = setups.stream().noneMatch(s -> s.hiding() == open);
              if (over) {
                open.close();
              }
              return over;
            });
    detectors
        .entrySet()
        .removeIf(
            e -> {
              boolean over = !finding.contains(e.getKey());
              if (over) {
                e.getValue().forEach(Detector::close);
              }
              return over;
            });
    asked
        .entrySet()
        .removeIf(
            e -> {
              boolean over = !asking.contains(e.getKey());
              if (over) {
                e.getValue().close();
              }
              return over;
            });
  }

  /** How many faces went through each model at once, by its name, as {@link BatchSizes} counts. */
  public synchronized Map<String, List<Long>> batches() {
    Map<String, List<Long>> batches = new TreeMap<>();
    asked.forEach((key, open) -> batches.put(key.model().name(), open.sizes().counts()));
    return batches;
  }

  /** Where the classifiers really run, and why not where they were asked to. */
  public synchronized String device() {
    return asked.values().stream()
        .findFirst()
        .map(open -> open.network().device().toString())
        .orElse("cpu");
  }

  /** What really computes the detectors, as {@link Detector#engine} says it. */
  public synchronized String engine() {
    return detectors.values().stream()
        .findFirst()
        .map(open -> open.get(0).engine())
        .orElse(engine.toString());
  }

  @Override
  public synchronized void close() {
    pool.close();
    keepOnly(List.of());
  }
}
