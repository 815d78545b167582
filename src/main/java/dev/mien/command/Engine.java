package dev.mien.command;

import dev.mien.annotate.Annotator;
import dev.mien.annotate.Hide;
import dev.mien.classify.BatchSizes;
import dev.mien.classify.Classifier;
import dev.mien.classify.OnnxClassifier;
import dev.mien.classify.SharedClassifier;
import dev.mien.detect.Detector;
import dev.mien.detect.DetectorEngine;
import dev.mien.detect.Detectors;
import dev.mien.face.LabelKeys;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.onnx.NetworkException;
import dev.mien.pipeline.Worker;
import dev.mien.pipeline.WorkerPool;
import dev.mien.track.Rules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bytedeco.opencv.global.opencv_core;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Detector and classifiers as the command line wants them, and the threads that work with them. */
final class Engine implements AutoCloseable {
  /** Weaker detections than this do not even carry a track on. */
  private static final double FLOOR = 0.6;

  /** The flags that choose them. */
  static final class Flags {
    @Option(
        names = "--classify",
        split = ",",
        paramLabel = "MODEL",
        defaultValue = "mask,emotion",
        description =
            "Models to ask about each face, by name or folder, separated by commas; 'none' for no"
                + " labels (default: mask,emotion).")
    List<String> classify;

    @Option(
        names = "--detector",
        paramLabel = "MODEL",
        defaultValue = "yunet",
        description = "Model that finds the faces, by name or folder (default: yunet).")
    String detector;

    @Option(
        names = "--conf",
        paramLabel = "SCORE",
        description =
            "Score from which a detection is a face at once, 0 to 1 (default: 0.83). Weaker ones"
                + " carry a face on, or become one when they last.")
    double conf = Rules.DEFAULT.sure();

    @Option(
        names = "--engine",
        paramLabel = "ENGINE",
        defaultValue = "auto",
        description =
            "What computes the detector: opencv, onnxruntime (yunet only), or auto: the latter where"
                + " it can (default: auto).")
    String engine = "auto";

    @Option(
        names = "--device",
        paramLabel = "DEVICE",
        defaultValue = "auto",
        description = "auto, cpu or cuda[:N] (default: auto).")
    String device;

    @Option(
        names = "--hide",
        paramLabel = "WHAT",
        description =
            "faces: make them unrecognisable in every picture that is shown or written. Faces that"
                + " are not found stay visible.")
    @Nullable Hidden hide;
  }

  /** What may be hidden. */
  enum Hidden {
    FACES
  }

  private final List<Network> networks = new ArrayList<>();
  private final List<Model> classifiers = new ArrayList<>();
  private final List<BatchSizes> sizes = new ArrayList<>();

  /** Of the classifiers, those that all workers use, by place. */
  private final Map<Integer, Classifier> shared = new HashMap<>();

  private final Model detector;
  private final Rules rules;
  private final Device device;
  private final DetectorEngine asked;
  private String engine = "";
  private @Nullable WorkerPool pool;
  private final @Nullable Hidden hide;
  private final UnaryOperator<Detector> around;

  private Engine(
      Flags flags, Model detector, Rules rules, Device device, UnaryOperator<Detector> around) {
    this.around = around;
    this.detector = detector;
    this.rules = rules;
    this.device = device;
    asked = DetectorEngine.parse(flags.engine);
    hide = flags.hide;
  }

  static Engine open(Flags flags) throws IOException {
    return open(flags, UnaryOperator.identity());
  }

  /**
   * @param around is put around each detector
   */
  static Engine open(Flags flags, UnaryOperator<Detector> around) throws IOException {
    Device device = Device.parse(flags.device);
    Rules rules = Rules.DEFAULT.withSure(flags.conf);
    Engine engine = new Engine(flags, Trial.find(flags.detector), rules, device, around);
    try {
      engine.load(flags);
      return engine;
    } catch (IOException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private void load(Flags flags) throws IOException {
    // Each worker has the core that it runs on; nets that spread themselves would only fight.
    opencv_core.setNumThreads(1);
    if (device instanceof Device.Cuda && Network.cudaObstacle().isPresent()) {
      throw new NetworkException("--device " + device + ": " + Network.cudaObstacle().get());
    }
    for (String name : flags.classify) {
      if (!name.equals("none") && !name.isBlank()) {
        Model model = Trial.find(name);
        classifiers.add(model);
        sizes.add(new BatchSizes());
        networks.add(Network.open(model.name(), model.read(Model.NETWORK), device));
      }
    }
    List<Worker> workers = new ArrayList<>();
    try {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        workers.add(worker());
      }
    } catch (IOException | RuntimeException e) {
      workers.forEach(Worker::close);
      throw e;
    }
    pool = new WorkerPool(workers);
  }

  private Worker worker() throws IOException {
    Detector opened =
        around.apply(Detectors.open(detector, Math.min(FLOOR, rules.sure()), asked, device));
    engine = opened.engine();
    List<Classifier> own = new ArrayList<>();
    try {
      for (int i = 0; i < classifiers.size(); i++) {
        own.add(classifier(i));
      }
      return new Worker(opened, own);
    } catch (IOException | RuntimeException e) {
      opened.close();
      own.forEach(Classifier::close);
      throw e;
    }
  }

  /** Each worker has its own where a batch gains nothing; a GPU takes the faces of all at once. */
  private Classifier classifier(int place) throws ModelException {
    Classifier classifier = shared.get(place);
    if (classifier == null) {
      Network network = networks.get(place);
      classifier = new OnnxClassifier(classifiers.get(place), network, sizes.get(place));
      if (network.device() instanceof Device.Cuda) {
        classifier = new SharedClassifier(classifier, Runtime.getRuntime().availableProcessors());
        shared.put(place, classifier);
      }
    }
    return classifier;
  }

  /** They work for every pipeline of this engine. */
  WorkerPool pool() {
    return Objects.requireNonNull(pool);
  }

  /** What is done to a frame before anybody gets to see it. */
  @Nullable Annotator hide() {
    return hide == null ? null : new Hide();
  }

  Rules rules() {
    return rules;
  }

  Model detector() {
    return detector;
  }

  List<Model> classifiers() {
    return List.copyOf(classifiers);
  }

  /** What the models answer, each under a name of its own. */
  List<String> tasks() {
    LabelKeys keys = new LabelKeys(Set.of());
    return classifiers.stream().map(m -> keys.next(m.card().task(), m.name())).toList();
  }

  /** How many faces went through each model at once, by its name, as {@link BatchSizes} counts. */
  Map<String, List<Long>> batches() {
    Map<String, List<Long>> batches = new TreeMap<>();
    for (int i = 0; i < classifiers.size(); i++) {
      batches.put(classifiers.get(i).name(), sizes.get(i).counts());
    }
    return batches;
  }

  /** Where the classifiers really run, and why not where they were asked to. */
  String device() {
    return networks.isEmpty() ? "cpu" : networks.get(0).device().toString();
  }

  /** What really computes the detector, as {@link Detector#engine} says it. */
  String engine() {
    return engine;
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.close();
    }
    networks.forEach(Network::close);
  }
}
