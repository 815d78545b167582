package dev.mien.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.face.Appearance;
import dev.mien.face.Classification;
import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrackerTest {
  private static final long MS = 1_000_000;
  private static final Size SIZE = new Size(1280, 720);

  private final AtomicLong ids = new AtomicLong();
  private final Tracker tracker = tracker();

  private Tracker tracker() {
    return Tracker.ofVideo(Rules.DEFAULT, ids::incrementAndGet, true);
  }

  /** A frame's way through both steps, where the models say of each detection what is given. */
  private static List<Face> follow(
      Tracker tracker,
      long timestamp,
      List<Detection> detections,
      List<List<Classification>> answers) {
    Sighting sighting = tracker.see(timestamp, detections, List.of());
    List<List<Classification>> asked = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      if (sighting.seen().get(i).asked()) {
        asked.add(answers.get(i));
      }
    }
    return tracker.label(sighting, asked);
  }

  private static Detection at(double x, double y, double score) {
    return new Detection(new Box(x, y, 80, 100), score, null);
  }

  private static List<Classification> happy(double probability) {
    return List.of(
        new Classification(
            "emotion",
            "test",
            List.of(new Score("happy", probability), new Score("sad", 1 - probability))));
  }

  @Test
  void twoModelsOfOneNameAreTwo() {
    List<Classification> said =
        List.of(
            new Classification("mask", "m", List.of(new Score("a", 0.9), new Score("b", 0.1))),
            new Classification(
                "mask",
                "m",
                List.of(new Score("x", 0.2), new Score("y", 0.1), new Score("z", 0.7))));
    List<Face.Label> labels =
        follow(tracker, 0, List.of(at(9, 9, 0.9)), List.of(said)).get(0).labels();
    assertThat(labels).extracting(Face.Label::label).containsExactly("a", "z");
    assertThat(labels).extracting(Face.Label::confidence).containsExactly(0.9, 0.7);
  }

  @Test
  void aLabelBelowTheModelsScoreIsUnsure() {
    List<Score> scores = List.of(new Score("a", 0.6), new Score("b", 0.4));
    for (double least : new double[] {0.5, 0.7}) {
      Classification said = new Classification("mask", "m", scores, least);
      Face face = follow(tracker(), 0, List.of(at(9, 9, 0.9)), List.of(List.of(said))).get(0);
      assertThat(face.labels().get(0).sure()).isEqualTo(least < 0.6);
    }
  }

  private static List<Face> see(Tracker tracker, long ms, Detection... detections) {
    List<List<Classification>> labels = Collections.nCopies(detections.length, happy(0.8));
    return follow(tracker, ms * MS, List.of(detections), labels);
  }

  private static Face.Label label(Tracker tracker, long ms, double probability) {
    return follow(tracker, ms * MS, List.of(at(100, 100, 0.9)), List.of(happy(probability)))
        .get(0)
        .labels()
        .get(0);
  }

  @Test
  void showsASureFaceAtOnce() {
    assertThat(see(tracker, 0, at(100, 100, 0.83))).extracting(Face::id).containsExactly(1L);
    assertThat(see(tracker(), 0, at(100, 100, 0.82))).isEmpty();
  }

  @Test
  void neverGivesAnIdTwice() {
    Tracker other = tracker();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      for (Tracker each : List.of(tracker, other)) {
        List<Face> faces = see(each, i * 1500L, at(100, 100, 0.9), at(600, 100, 0.9));
        assertThat(faces).hasSize(2);
        faces.forEach(f -> assertThat(seen.add(f.id())).as("id %d", f.id()).isTrue());
      }
    }
    assertThat(seen).hasSize(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 15, 30})
  void peopleWhoCrossKeepTheirIds(int rate) {
    for (int i = 0; i <= 3 * rate; i++) {
      double t = (double) i / rate;
      Detection left = at(200 + 200 * t, 200, 0.9);
      Detection right = at(800 - 200 * t, 230, 0.9);
      // The one behind is hidden while they meet.
      boolean hidden = Math.abs(left.box().x() - right.box().x()) < 30;
      List<Face> faces =
          hidden
              ? see(tracker, Math.round(t * 1000), left)
              : i % 2 == 0
                  ? see(tracker, Math.round(t * 1000), left, right)
                  : see(tracker, Math.round(t * 1000), right, left);
      assertThat(faces.get(0).id()).isEqualTo(1);
      assertThat(faces.get(0).detection()).as("at %s s", t).isEqualTo(left);
      if (!hidden) {
        assertThat(faces.get(1).id()).isEqualTo(2);
        assertThat(faces.get(1).detection()).isEqualTo(right);
      }
    }
  }

  @Test
  void aFaceLostShortlyKeepsItsId() {
    see(tracker, 0, at(100, 100, 0.9));
    see(tracker, 100);
    assertThat(see(tracker, 500, at(110, 100, 0.9))).extracting(Face::id).containsExactly(1L);
    assertThat(see(tracker, 2500, at(110, 100, 0.9))).extracting(Face::id).containsExactly(2L);
  }

  @Test
  void noFaceGoesOnOverACut() {
    assertThat(see(tracker, 0, at(100, 100, 0.9))).extracting(Face::id).containsExactly(1L);
    tracker.cut();
    assertThat(see(tracker, 40, at(100, 100, 0.9))).extracting(Face::id).containsExactly(2L);
    assertThat(see(tracker, 80, at(100, 100, 0.65))).extracting(Face::id).containsExactly(2L);
    tracker.cut();
    assertThat(see(tracker, 120, at(100, 100, 0.65))).as("weak: none to go on").isEmpty();
  }

  private List<Box> perhaps(long ms, Detection... detections) {
    return tracker.see(ms * MS, List.of(detections), List.of()).perhaps();
  }

  @Test
  void tellsWhereElseAFaceMayBe() {
    Detection weak = at(700, 100, 0.61);
    assertThat(perhaps(0, at(100, 100, 0.9), weak)).containsExactly(weak.box());
    assertThat(perhaps(40, at(110, 100, 0.9))).as("a weak one is forgotten").isEmpty();
    Box last = at(110, 100, 0.9).box();
    assertThat(perhaps(80)).as("gone: there, or farther on").hasSize(2).contains(last);
    assertThat(perhaps(2000)).isEmpty();
    perhaps(2040, at(100, 100, 0.9));
    tracker.cut();
    assertThat(perhaps(2080)).isEmpty();
    Tracker stills = Tracker.ofStills(Rules.DEFAULT, ids::incrementAndGet);
    assertThat(stills.see(0, List.of(weak), List.of()).perhaps()).containsExactly(weak.box());
  }

  @Test
  void weakDetectionsAloneAreNoFace() {
    for (int ms = 0; ms < 20_000; ms += 40) {
      assertThat(see(tracker, ms, at(100, 100, 0.69))).isEmpty();
    }
    assertThat(ids.get()).isZero();
  }

  @Test
  void weakDetectionsCarryAFaceOn() {
    see(tracker, 0, at(100, 100, 0.9));
    for (int ms = 40; ms < 5000; ms += 40) {
      assertThat(see(tracker, ms, at(100 + ms / 40.0, 100, 0.5)))
          .extracting(Face::id)
          .containsExactly(1L);
    }
  }

  @Test
  void aWeakDetectionTakesNoTrackFromASureOne() {
    see(tracker, 0, at(100, 100, 0.9));
    List<Face> faces = see(tracker, 40, at(101, 100, 0.6), at(110, 100, 0.9));
    assertThat(faces).hasSize(1);
    assertThat(faces.get(0).detection().confidence()).isEqualTo(0.9);
  }

  @Test
  void whatLastsBecomesAFace() {
    for (int ms = 0; ms < 400; ms += 50) {
      assertThat(see(tracker, ms, at(100, 100, 0.8))).as("at %d ms", ms).isEmpty();
    }
    assertThat(see(tracker, 400, at(100, 100, 0.8))).hasSize(1);
  }

  @Test
  void labelsDoNotFlicker() {
    Random random = new Random(5);
    for (int i = 0; i < 600; i++) {
      double noise = 0.15 * random.nextGaussian();
      double probability = (i % 2 == 0 ? 0.8 : 0.35) + noise;
      Face.Label label = label(tracker, i * 33L, Math.min(Math.max(probability, 0), 1));
      assertThat(label.label()).as("frame %d", i).isEqualTo("happy");
      assertThat(label.scores().stream().mapToDouble(Score::probability).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 10, 30, 60})
  void aTrueChangeShowsWithinASecond(int rate) {
    for (int i = 0; i < 3 * rate; i++) {
      assertThat(label(tracker, i * 1000L / rate, 0.9).label()).isEqualTo("happy");
    }
    for (int i = 3 * rate; i <= 4 * rate; i++) {
      label(tracker, i * 1000L / rate, 0.1);
    }
    assertThat(label(tracker, 4001, 0.1).label()).isEqualTo("sad");
  }

  /** A slow change, so that the frames that a low rate leaves out hide no step. */
  @Test
  void theRateOfFramesChangesNothing() {
    Tracker slow = tracker();
    for (int i = 0; i <= 120; i++) {
      long ms = i * 100L / 3;
      double probability = 0.5 + 0.4 * Math.cos(ms / 1000.0);
      Face.Label fast = label(tracker, ms, probability);
      if (i % 3 == 0) {
        Face.Label other = label(slow, ms, probability);
        assertThat(other.scores().get(0).probability())
            .as("at %d ms", ms)
            .isCloseTo(fast.scores().get(0).probability(), within(0.03));
      }
    }
  }

  @Test
  void stillsAreEachForThemselves() {
    Tracker stills = Tracker.ofStills(Rules.DEFAULT, ids::incrementAndGet);
    Face.Label first = label(stills, 0, 0.9);
    Face.Label second = label(stills, 1, 0.2);
    assertThat(first.confidence()).isEqualTo(0.9);
    assertThat(second.label()).isEqualTo("sad");
    assertThat(second.confidence()).isEqualTo(0.8);
    assertThat(see(stills, 2, at(100, 100, 0.65))).extracting(Face::id).containsExactly(3L);
    assertThat(see(stills, 2, at(100, 100, 0.64))).isEmpty();
  }

  /** Eight faces, each with an answer of its own, in any order (R43). */
  @Test
  void theOrderOfDetectionsChangesNothing() {
    Random random = new Random(3);
    Tracker shuffled = tracker();
    AtomicLong own = new AtomicLong();
    Tracker ordered = Tracker.ofVideo(Rules.DEFAULT, own::incrementAndGet, true);
    ids.set(0);
    for (int frame = 0; frame < 30; frame++) {
      List<Detection> detections = new ArrayList<>();
      List<List<Classification>> labels = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        detections.add(at(20 + 150 * i + 2 * frame, 100 + 5 * random.nextDouble(), 0.9));
        labels.add(happy(0.1 + 0.1 * i));
      }
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7));
      if (frame > 0) {
        Collections.shuffle(order, random);
      }
      long time = frame * 40L * MS;
      List<Face> plain = follow(ordered, time, detections, labels);
      List<Face> mixed =
          follow(
              shuffled,
              time,
              order.stream().map(detections::get).toList(),
              order.stream().map(labels::get).toList());
      assertThat(mixed).isEqualTo(plain);
      for (int i = 0; i < 8; i++) {
        assertThat(plain.get(i).labels().get(0).scores().get(0).probability())
            .isCloseTo(0.1 + 0.1 * i, within(1e-9));
      }
    }
  }

  @Test
  void anotherSureScoreTakesTheRestAlong() {
    Rules eager = Rules.DEFAULT.withSure(0);
    assertThat(eager.likely()).isZero();
    assertThat(eager.withSure(0.6).likely()).isEqualTo(0.6);
    assertThat(Rules.DEFAULT.withSure(0.83)).isEqualTo(Rules.DEFAULT);
  }

  private static Appearance gray(int level) {
    byte[] values = new byte[Appearance.SIDE * Appearance.SIDE];
    Arrays.fill(values, (byte) level);
    return new Appearance(values);
  }

  /** What auto asks: whether the models are asked about one face, which looks as is said. */
  private static boolean asks(Tracker auto, long ms, double y, int level) {
    Sighting sighting = auto.see(ms * MS, List.of(at(100, y, 0.9)), List.of(gray(level)));
    boolean asked = !sighting.asked().isEmpty();
    auto.label(sighting, asked ? List.of(happy(0.95)) : List.of());
    return asked;
  }

  @Test
  void aFaceIsAskedAboutWhenItIsNewOrChangedOrAfterAWhile() {
    Tracker auto = Tracker.ofVideo(Rules.DEFAULT, ids::incrementAndGet, false);
    List<Boolean> first = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      first.add(asks(auto, 40L * i, 100, 90));
    }
    assertThat(first).startsWith(true, true, true, true).endsWith(false, false, false);
    assertThat(asks(auto, 320, 100, 120)).as("another light").isTrue();
    assertThat(asks(auto, 360, 100, 120)).isFalse();
    long asked = LongStream.range(10, 110).filter(i -> asks(auto, 40 * i, 100, 120)).count();
    assertThat(asked).as("in four seconds").isBetween(5L, 10L);
  }

  @Test
  void anAnswerSaysHowOldItIs() {
    Tracker auto = Tracker.ofVideo(Rules.DEFAULT, ids::incrementAndGet, false);
    for (int i = 0; i < 6; i++) {
      asks(auto, 40L * i, 100, 90);
    }
    Sighting sighting = auto.see(240 * MS, List.of(at(100, 100, 0.9)), List.of(gray(90)));
    assertThat(sighting.asked()).isEmpty();
    long age = auto.label(sighting, List.of()).get(0).labels().get(0).age();
    assertThat(age).isEqualTo(120 * MS);
  }

  @Test
  void betweenTwoLooksAFaceIsBetweenBothPlaces() {
    Sighting first = tracker.see(0, List.of(at(100, 100, 0.9)), List.of());
    tracker.label(first, List.of(happy(0.9)));
    Sighting second = tracker.see(100 * MS, List.of(at(140, 120, 0.8)), List.of());
    Face face = tracker.between(first, second, 25 * MS, SIZE).get(0);
    assertThat(face.id()).isEqualTo(1);
    assertThat(face.detection().box()).isEqualTo(new Box(110, 105, 80, 100));
    assertThat(face.labels().get(0).age()).isEqualTo(25 * MS);
    Sighting gone = tracker.see(200 * MS, List.of(), List.of());
    assertThat(tracker.between(second, gone, 130 * MS, SIZE)).hasSize(1);
    assertThat(tracker.between(second, gone, 170 * MS, SIZE)).isEmpty();
  }
}
