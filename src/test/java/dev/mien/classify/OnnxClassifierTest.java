package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.face.Classification;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.model.ModelFolder;
import dev.mien.onnx.Device;
import dev.mien.onnx.Nets;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxClassifierTest {
  private static final Path EMOTION = Path.of("src/test/resources/models/emotion");

  /** Mean blue, green and red of a face, as a classifier of colours. */
  static Model colors(Path folder, byte[] onnx, String output, String labels) throws IOException {
    Files.createDirectories(folder);
    Path card =
        Files.writeString(
            folder.resolve("card.yaml"),
            """
            task: color
            input: {layout: nchw, width: 8, height: 8, color: rgb, scale: 0.0392156862745098}
            output: %s
            licence: none
            origin: this test
            """
                .formatted(output));
    Path names = Files.writeString(folder.resolve("labels.txt"), labels);
    return ModelFolder.assemble(folder.resolve("model"), card, names, onnx, m -> {});
  }

  private static void refused(Model model, String... words) throws IOException {
    try (Network network = Network.open(model.name(), model.read(Model.NETWORK), Device.CPU)) {
      assertThatThrownBy(() -> new OnnxClassifier(model, network).close())
          .isInstanceOf(ModelException.class)
          .hasMessageContainingAll(words)
          .message()
          .hasLineCount(1);
    }
  }

  /** Eight plain tiles of 40 x 40 in two rows, of other colours each. */
  @MustBeClosed
  private static Frame tiles(int seed) {
    Random random = new Random(seed);
    Mat image = new Mat(80, 160, opencv_core.CV_8UC3);
    for (int i = 0; i < 8; i++) {
      try (Rect place = new Rect(i % 4 * 40, i / 4 * 40, 40, 40);
          Mat tile = new Mat(image, place);
          Scalar color =
              new Scalar(random.nextInt(256), random.nextInt(256), random.nextInt(256), 0);
          Mat fill = new Mat(40, 40, opencv_core.CV_8UC3, color)) {
        opencv_imgproc.circle(
            fill, new org.bytedeco.opencv.opencv_core.Point(20, 20), 3 + i, Scalar.all(30 * i));
        fill.copyTo(tile);
      }
    }
    return new Frame(0, 0, image);
  }

  private static Box tile(int i) {
    return new Box(i % 4 * 40 + 5, i / 4 * 40 + 5, 30, 30);
  }

  /** R43: eight faces, each its own answer, whatever the order, and whichever frame. */
  @Test
  void neverMixesFacesUp() throws IOException {
    Model model = Model.load(EMOTION);
    try (Network network = Network.open("emotion", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network);
        Frame one = tiles(1);
        Frame two = tiles(2)) {
      List<Crop> crops = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        crops.add(new Crop(i % 2 == 0 ? one : two, tile(i)));
      }
      List<Classification> answers = classifier.classify(crops);
      assertThat(answers).hasSize(8).doesNotHaveDuplicates();
      assertThat(answers.get(0).task()).isEqualTo("emotion");
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7));
      Random random = new Random(3);
      for (int round = 0; round < 10; round++) {
        Collections.shuffle(order, random);
        List<Classification> shuffled =
            classifier.classify(order.stream().map(crops::get).toList());
        for (int i = 0; i < 8; i++) {
          same(shuffled.get(i), answers.get(order.get(i)), 0);
        }
      }
      for (int i = 0; i < 8; i++) {
        same(classifier.classify(List.of(crops.get(i))).get(0), answers.get(i), 1e-5);
      }
      List<Crop> crowd = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        crowd.add(crops.get(i % 8));
      }
      List<Classification> many = classifier.classify(crowd);
      for (int i = 0; i < 100; i++) {
        same(many.get(i), answers.get(i % 8), 1e-5);
      }
    }
  }

  private static void same(Classification found, Classification expected, double tolerance) {
    for (int i = 0; i < expected.scores().size(); i++) {
      assertThat(found.scores().get(i).label()).isEqualTo(expected.scores().get(i).label());
      assertThat(found.scores().get(i).probability())
          .isCloseTo(expected.scores().get(i).probability(), within(tolerance));
    }
  }

  @Test
  void asksNothingForNobody() throws IOException {
    Model model = Model.load(EMOTION);
    try (Network network = Network.open("emotion", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network)) {
      assertThat(classifier.classify(List.of())).isEmpty();
    }
  }

  /** R49: boxes at the edge, beyond it and without area get an answer, and never an exception. */
  @Test
  void takesAnyBox() throws IOException {
    Model model = Model.load(EMOTION);
    List<Box> boxes =
        List.of(
            new Box(10, 10, 0, 0),
            new Box(10, 10, 0, 20),
            new Box(-50, -50, 20, 20),
            new Box(500, 500, 20, 20),
            new Box(-10, -10, 30, 30),
            new Box(150, 70, 30, 30),
            new Box(159.9, 79.9, 0.05, 0.05),
            new Box(0, 0, 160, 80),
            new Box(0, 40, 160, 1),
            new Box(-1e9, -1e9, 2e9, 2e9),
            new Box(1e300, 1e300, 1, 1));
    try (Network network = Network.open("emotion", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network);
        Frame frame = tiles(1);
        Frame pixel = new Frame(0, 0, new Mat(1, 1, opencv_core.CV_8UC3, Scalar.all(9)))) {
      List<Crop> crops = new ArrayList<>();
      for (Box box : boxes) {
        crops.add(new Crop(frame, box));
        crops.add(new Crop(pixel, box));
      }
      List<Classification> answers = classifier.classify(crops);
      assertThat(answers).hasSize(2 * boxes.size());
      for (Classification answer : answers) {
        double sum = answer.scores().stream().mapToDouble(s -> s.probability()).sum();
        assertThat(sum).isCloseTo(1, within(1e-6));
      }
      for (int unseen : new int[] {0, 1, 2, 3}) {
        assertThat(answers.get(2 * unseen).scores())
            .as("%s", boxes.get(unseen))
            .allSatisfy(s -> assertThat(s.probability()).isEqualTo(1 / 7.0));
      }
    }
  }

  /** R39: as many labels as outputs, and softmax exactly where it is due. */
  @Test
  void refusesWhatDoesNotFitItsCard(@TempDir Path folder) throws IOException {
    byte[] logits = Nets.means(0, 3, 8, false);
    byte[] shares = Nets.means(0, 3, 8, true);
    String three = "red\ngreen\nblue\n";
    refused(colors(folder.resolve("a"), logits, "logits", "red\ngreen\n"), "3 numbers", "2 labels");
    refused(colors(folder.resolve("b"), logits, "probabilities", three), "is it logits?");
    refused(colors(folder.resolve("c"), shares, "logits", three), "is it probabilities?");
    refused(
        colors(folder.resolve("d"), Nets.means(0, 3, 9, false), "logits", three),
        "[-1, 3, 9, 9]",
        "[-1, 3, 8, 8]");
    refused(
        colors(folder.resolve("e"), Nets.means(0, 1, 8, false), "logits", three), "[-1, 1, 8, 8]");
  }

  /** A red face is red: the labels are in the network's order, the channels in the card's. */
  @Test
  void keepsLabelsAndChannelsInOrder(@TempDir Path folder) throws IOException {
    for (boolean softmax : new boolean[] {false, true}) {
      for (int batch : new int[] {0, 1, 4}) {
        Model model =
            colors(
                folder.resolve(softmax + "-" + batch),
                Nets.means(batch, 3, 8, softmax),
                softmax ? "probabilities" : "logits",
                "red\ngreen\nblue\n");
        try (Network network = Network.open("colors", model.read(Model.NETWORK), Device.CPU);
            OnnxClassifier classifier = new OnnxClassifier(model, network);
            Scalar reddish = new Scalar(51, 102, 153, 0);
            Frame frame = new Frame(0, 0, new Mat(50, 50, opencv_core.CV_8UC3, reddish))) {
          Crop crop = new Crop(frame, new Box(10, 10, 20, 20));
          for (Classification answer : classifier.classify(List.of(crop, crop, crop))) {
            assertThat(answer.top().label()).isEqualTo("red");
            // 6, 4 and 2 after the card's scale.
            double all = Math.exp(6) + Math.exp(4) + Math.exp(2);
            assertThat(answer.top().probability()).isCloseTo(Math.exp(6) / all, within(1e-5));
            assertThat(answer.scores().get(2).probability())
                .isCloseTo(Math.exp(2) / all, within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void isNoPlaceForDetectors() throws IOException {
    Model yunet = Model.load(Path.of("models/yunet"));
    try (Network network = Network.open("means", Nets.means(0, 3, 8, false), Device.CPU)) {
      assertThatThrownBy(() -> new OnnxClassifier(yunet, network).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a classifier is needed here");
    }
  }

  /** R20: ten thousand faces leave nothing behind. */
  @Test
  void leavesNoMemoryBehind(@TempDir Path folder) throws IOException {
    Model model = colors(folder, Nets.means(0, 3, 8, false), "logits", "red\ngreen\nblue\n");
    try (Network network = Network.open("colors", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network);
        Frame frame = tiles(1)) {
      List<Crop> inside = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        inside.add(new Crop(frame, i == 0 ? new Box(-10, -10, 40, 40) : tile(i)));
      }
      for (int i = 0; i < 500; i++) {
        classifier.classify(inside);
      }
      long bytes = Pointer.totalBytes();
      long count = Pointer.totalCount();
      for (int i = 0; i < 2500; i++) {
        classifier.classify(inside);
      }
      // Less, where the garbage of other tests went meanwhile.
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
    }
  }
}
