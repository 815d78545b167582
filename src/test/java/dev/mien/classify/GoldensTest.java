package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.model.Card;
import dev.mien.model.Golden;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.model.ModelFolder;
import dev.mien.model.Models;
import dev.mien.onnx.Device;
import dev.mien.onnx.Nets;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R38, R39: a model that is fed or read in a wrong way is refused, and the way is named. */
final class GoldensTest {
  /**
   * Asked pictures of a refusal: six goldens, one for each mistake, six for each that may be it.
   */
  private static final int WORK = 40;

  @TempDir private static Path folder = Path.of("");

  /** A model as it should be. */
  record Made(String name, Card card, List<String> labels, Map<String, byte[]> files) {
    @Override
    public String toString() {
      return name;
    }

    Card.Input input() {
      return Objects.requireNonNull(card.input());
    }

    Network network() throws IOException {
      return Network.open(name, Objects.requireNonNull(files.get(Model.NETWORK)), Device.CPU);
    }

    Model written(Path folder, Card.Input input, List<String> names) throws IOException {
      Card changed =
          new Card(
              card.task(),
              "",
              input,
              card.output(),
              0,
              null,
              null,
              "none",
              "this test",
              "",
              List.of(),
              Map.of());
      Map<String, byte[]> contents = new TreeMap<>(files);
      contents.put(Model.LABELS, String.join("\n", names).getBytes(StandardCharsets.UTF_8));
      return ModelFolder.write(folder, changed, contents);
    }
  }

  private static Made made(
      String name, byte[] onnx, Card.Layout layout, Card.Color color, double... scaling)
      throws IOException {
    int channels = color.channels();
    List<Double> mean = Collections.nCopies(channels, scaling[1]);
    List<Double> std = new ArrayList<>(Collections.nCopies(channels, 1.0));
    if (scaling.length > 2) {
      mean = List.of(0.485, 0.456, 0.406);
      std = List.of(0.229, 0.224, 0.225);
    }
    Card.Input input =
        new Card.Input(layout, 16, 16, color, scaling[0], mean, std, 0.1, Card.Fit.GROW);
    Card card =
        new Card(
            "mood",
            "",
            input,
            Card.Output.LOGITS,
            0,
            null,
            null,
            "none",
            "this test",
            "",
            List.of(),
            Map.of());
    List<String> labels = List.of("glad", "sad", "mad", "bad, \"very\"", "no");
    try (Network network = Network.open(name, onnx, Device.CPU)) {
      Map<String, byte[]> files = new TreeMap<>(GoldenMaker.make(card, labels, network, List.of()));
      files.put(Model.NETWORK, onnx);
      return new Made(name, card, labels, files);
    }
  }

  /** Those that ship, and one of each kind. */
  private static final List<Made> MODELS = all();

  static Stream<Made> models() {
    return MODELS.stream();
  }

  private static List<Made> all() {
    try {
      return shippedAndMade();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Made> shippedAndMade() throws IOException {
    List<Made> models = new ArrayList<>();
    Models shipped = new Models(Path.of("models"));
    for (String name : shipped.names()) {
      Model model = shipped.find(name);
      if (model.card().classifies()) {
        Map<String, byte[]> files = new TreeMap<>();
        for (String file : model.card().files().keySet()) {
          files.put(file, model.read(file));
        }
        models.add(new Made(name, model.card(), model.labels(), files));
      }
    }
    assertThat(models).isNotEmpty();
    byte[] color = Nets.opinions(3, 16, 5, false);
    byte[] gray = Nets.opinions(1, 16, 5, false);
    byte[] last = Nets.opinions(3, 16, 5, true);
    models.add(made("rgb", color, Card.Layout.NCHW, Card.Color.RGB, 1 / 255.0, 0));
    models.add(made("bgr", color, Card.Layout.NCHW, Card.Color.BGR, 2 / 255.0, 1));
    models.add(made("imagenet", color, Card.Layout.NCHW, Card.Color.RGB, 1 / 255.0, 0, 1));
    models.add(made("gray", gray, Card.Layout.NCHW, Card.Color.GRAY, 1 / 255.0, 0));
    models.add(made("last", last, Card.Layout.NHWC, Card.Color.RGB, 1 / 255.0, 0));
    return models;
  }

  private static Path fresh() {
    return folder.resolve(Long.toString(new Random().nextLong(Long.MAX_VALUE)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void raisesNoFalseAlarm(Made made) throws IOException {
    Model model = made.written(fresh(), made.input(), made.labels());
    assertThat(model.goldens()).hasSizeBetween(3, 6);
    try (Network network = made.network()) {
      Goldens goldens = new Goldens(model.card(), network);
      goldens.check(model);
      assertThat(goldens.asked()).isEqualTo(model.goldens().size());
      assertThatCode(() -> new OnnxClassifier(model, network).close()).doesNotThrowAnyException();
    }
  }

  /** Answers that the network gives when it is fed as each mistake feeds it. */
  @ParameterizedTest
  @MethodSource("models")
  void namesEverySingleMistake(Made made) throws IOException {
    Model right = made.written(fresh(), made.input(), made.labels());
    List<Mat> pictures = new ArrayList<>();
    try (Network network = made.network()) {
      for (Golden golden : right.goldens()) {
        pictures.add(Goldens.decode("m", golden.picture(), right.read(golden.picture())));
      }
      Goldens asking = new Goldens(right.card(), network);
      for (PreprocessingMistake mistake : asking.mistakes()) {
        double[][] answers = asking.attempt(mistake, pictures);
        if (answers[0].length == 0) {
          continue; // The network does not take that layout, so that nobody can have used it.
        }
        List<Golden> goldens = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
          List<Double> row = new ArrayList<>();
          for (double probability : answers[i]) {
            row.add(probability);
          }
          goldens.add(new Golden(right.goldens().get(i).picture(), row));
        }
        Model wrong =
            new Model(right.name(), right.folder(), right.card(), right.labels(), goldens);
        refused(wrong, network, mistake.name());
      }
    } finally {
      pictures.forEach(Mat::close);
    }
  }

  /** Were one of them forgotten, nobody would miss it above. */
  @Test
  void knowsTheWholeList() throws IOException {
    assertThat(known("rgb"))
        .containsExactly(
            "'color: bgr'",
            "gray pictures in all three channels",
            "values 0..255",
            "values -1..1",
            "ImageNet's mean and std");
    assertThat(known("imagenet"))
        .containsExactly(
            "'color: bgr'",
            "'color: bgr', mean and std in that order too",
            "gray pictures in all three channels",
            "values 0..255",
            "values 0..1",
            "values -1..1");
    assertThat(known("gray"))
        .contains("red and blue exchanged before they become gray", "values 0..255");
    Card.Input any = made("rgb").input();
    assertThat(PreprocessingMistake.known(any, true))
        .extracting(PreprocessingMistake::name)
        .contains("'layout: nhwc'");
  }

  private static List<String> known(String name) throws IOException {
    Made made = made(name);
    try (Network network = made.network()) {
      return new Goldens(made.card(), network)
          .mistakes().stream().map(m -> m.name().replaceAll(" \\('scale.*", "")).toList();
    }
  }

  private static Made made(String name) {
    return models().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  /** A softmax too many or too few shows before the goldens are asked. */
  @ParameterizedTest
  @MethodSource("models")
  void namesTheSoftmax(Made made) throws IOException {
    boolean logits = made.card().output() == Card.Output.LOGITS;
    Card other =
        new Card(
            made.card().task(),
            "",
            made.input(),
            logits ? Card.Output.PROBABILITIES : Card.Output.LOGITS,
            0,
            null,
            null,
            "none",
            "this test",
            "",
            List.of(),
            Map.of());
    Made wrong = new Made(made.name(), other, made.labels(), made.files());
    try (Network network = made.network()) {
      loadRefused(
          wrong.written(fresh(), made.input(), made.labels()),
          network,
          logits ? "is it logits?" : "is it probabilities?");
    }
  }

  private static void refused(Model model, Network network, String name) {
    Goldens goldens = new Goldens(model.card(), network);
    assertThatThrownBy(() -> goldens.check(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model '" + model.name() + "' gives ")
        .hasMessageContaining("its answers are right with " + name + "; mend")
        .message()
        .hasLineCount(1);
    assertThat(goldens.asked()).isLessThanOrEqualTo(WORK);
  }

  @ParameterizedTest
  @MethodSource("models")
  void namesTheOrderOfTheLabels(Made made) throws IOException {
    List<String> sorted = new ArrayList<>(made.labels());
    Collections.sort(sorted);
    List<String> swapped = new ArrayList<>(made.labels());
    Collections.swap(swapped, swapped.size() - 2, swapped.size() - 1);
    List<String> turned = new ArrayList<>(made.labels());
    Collections.rotate(turned, 1);
    try (Network network = made.network()) {
      for (List<String> labels : List.of(sorted, swapped, turned)) {
        if (labels.equals(made.labels())) {
          continue;
        }
        refused(
            made.written(fresh(), made.input(), labels),
            network,
            "the labels in this order: " + String.join(", ", made.labels()));
      }
    }
  }

  /** A card that was written by hand for the same network. */
  @Test
  void namesWhatTheCardShouldSay() throws IOException {
    Made made = made("imagenet");
    List<Double> mean = made.input().mean();
    List<Double> std = made.input().std();
    Card.Input bgr = input(Card.Layout.NCHW, Card.Color.BGR, 1 / 255.0, mean, std);
    Card.Input plain = input(Card.Layout.NCHW, Card.Color.RGB, 1, List.of(), List.of());
    Card.Input last = input(Card.Layout.NHWC, Card.Color.RGB, 1 / 255.0, mean, std);
    Card.Input gray = input(Card.Layout.NCHW, Card.Color.GRAY, 1 / 255.0, List.of(), List.of());
    try (Network network = made.network()) {
      refused(made.written(fresh(), bgr, made.labels()), network, "'color: rgb'");
      refused(
          made.written(fresh(), plain, made.labels()),
          network,
          "ImageNet's mean and std ('scale: 0.0039215686', 'mean: [0.485, 0.456, 0.406]', 'std:"
              + " [0.229, 0.224, 0.225]')");
      loadRefused(made.written(fresh(), last, made.labels()), network, "fit with 'layout: nchw'");
      loadRefused(made.written(fresh(), gray, made.labels()), network, "fit with 'color: rgb'");
    }
    Made any = made("last");
    Card.Input first = input(Card.Layout.NCHW, Card.Color.RGB, 1 / 255.0, List.of(), List.of());
    try (Network network = any.network()) {
      loadRefused(any.written(fresh(), first, any.labels()), network, "another 'layout'?");
    }
  }

  private static void loadRefused(Model model, Network network, String words) {
    assertThatThrownBy(() -> new OnnxClassifier(model, network).close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(words)
        .message()
        .hasLineCount(1);
  }

  private static Card.Input input(
      Card.Layout layout, Card.Color color, double scale, List<Double> mean, List<Double> std) {
    return new Card.Input(layout, 16, 16, color, scale, mean, std, 0.1, Card.Fit.GROW);
  }

  /** Another network under the same goldens is none of the mistakes. */
  @Test
  void saysWhenNothingExplainsIt() throws IOException {
    Made made = made("gray");
    Model model = made.written(fresh(), made.input(), made.labels());
    List<Golden> goldens = new ArrayList<>();
    for (Golden golden : model.goldens()) {
      goldens.add(new Golden(golden.picture(), List.of(0.9, 0.025, 0.025, 0.025, 0.025)));
    }
    Model wrong = new Model(model.name(), model.folder(), model.card(), model.labels(), goldens);
    try (Network network = made.network()) {
      Goldens asking = new Goldens(wrong.card(), network);
      assertThatThrownBy(() -> asking.check(wrong))
          .hasMessageContaining("no known mistake")
          .message()
          .hasLineCount(1);
      assertThat(asking.asked()).isLessThanOrEqualTo(WORK);
    }
  }

  @Test
  void refusesPicturesThatAreNone() throws IOException {
    Made made = made("gray");
    Map<String, byte[]> files = new TreeMap<>(made.files());
    files.put("goldens/1.png", new byte[] {1, 2, 3});
    Made blind = new Made("blind", made.card(), made.labels(), files);
    Model model = blind.written(fresh(), made.input(), made.labels());
    try (Network network = made.network()) {
      loadRefused(model, network, "goldens/1.png is not a picture");
    }
  }

  @Test
  void leavesNoMemoryBehind() throws IOException {
    Made made = made("rgb");
    Card.Input wrong = input(Card.Layout.NCHW, Card.Color.BGR, 1, List.of(), List.of());
    Model model = made.written(fresh(), wrong, made.labels());
    try (Network network = made.network()) {
      for (int round = 0; round < 2; round++) {
        long bytes = Pointer.totalBytes();
        for (int i = 0; i < 20; i++) {
          assertThatThrownBy(() -> new Goldens(model.card(), network).check(model))
              .isInstanceOf(ModelException.class);
        }
        GoldenMaker.make(made.card(), made.labels(), network, List.of());
        if (round > 0) {
          // Less, where the garbage of other tests went meanwhile.
          assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
        }
      }
    }
  }
}
