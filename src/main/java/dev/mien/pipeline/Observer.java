package dev.mien.pipeline;

import dev.mien.classify.Crop;
import dev.mien.face.Classification;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.track.Sighting;
import dev.mien.track.Tracker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was found in the frames of one source into observations, in the order of the frames:
 * tracks, has the models asked about the faces that need it, and labels. For one thread.
 *
 * <p>Live, each frame is finished before the next one, and faces between two looks go on as they
 * moved. In a recording a few frames are tracked ahead while the models are asked, always as many,
 * so that what is asked does not depend on how quick they are; and faces between two looks lie
 * between where they were found.
 */
final class Observer {
  /** Gets the observations; the frame is lent. */
  interface Taker {
    void take(Frame frame, Observation observation, long arrived) throws InterruptedException;
  }

  private record Pending(
      List<SourceQueue.Job> between,
      SourceQueue.Job job,
      Sighting sighting,
      CompletableFuture<List<List<Classification>>> answers) {}

  private static final CompletableFuture<List<List<Classification>>> NOTHING_ASKED =
      CompletableFuture.completedFuture(List.of());

  private final String source;
  private final SourceQueue queue;
  private final Tracker tracker;
  private final Meter meter;
  private final Taker taker;
  private final int ahead;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private List<SourceQueue.Job> between = new ArrayList<>();
  private @Nullable Sighting last;

  Observer(String source, SourceQueue queue, Tracker tracker, Meter meter, Taker taker) {
    this.source = source;
    this.queue = queue;
    this.tracker = tracker;
    this.meter = meter;
    this.taker = taker;
    this.ahead = queue.live() ? 0 : SourceQueue.AHEAD;
  }

  /**
   * Takes the next frame.
   *
   * @throws ExecutionException if a detector or a classifier failed on a frame
   */
  void take(SourceQueue.Job job) throws InterruptedException, ExecutionException {
    if (job.look()) {
      look(job, job.found().get());
    } else if (queue.live()) {
      expect(job);
    } else {
      between.add(job);
    }
  }

  private void look(SourceQueue.Job job, Nets.Found found)
      throws InterruptedException, ExecutionException {
    Meter.Lap lap = meter.begin();
    if (job.cut()) {
      tracker.cut();
    }
    Sighting sighting =
        tracker.see(job.frame().timestamp(), found.detections(), found.appearances());
    List<Crop> crops = sighting.asked().stream().map(box -> new Crop(job.frame(), box)).toList();
    meter.faces.add(sighting.faces());
    meter.crops.add(crops.size());
    meter.end(Stage.TRACK, lap);
    pending.add(
        new Pending(between, job, sighting, crops.isEmpty() ? NOTHING_ASKED : queue.ask(crops)));
    between = new ArrayList<>();
    while (pending.size() > ahead) {
      finishFirst();
    }
  }

  /** What was taken is finished. */
  void finish() throws InterruptedException, ExecutionException {
    while (!pending.isEmpty()) {
      finishFirst();
    }
    for (SourceQueue.Job job : between) {
      expect(job);
    }
    between.clear();
  }

  private void finishFirst() throws InterruptedException, ExecutionException {
    Pending first = pending.element();
    List<List<Classification>> answers = first.answers().get();
    pending.remove();
    Sighting before = last;
    for (SourceQueue.Job job : first.between()) {
      // Over a cut nothing moves towards where faces are after it.
      Sighting after = first.job().cut() && before != null ? before : first.sighting();
      Frame frame = job.frame();
      List<Face> faces =
          before == null
              ? List.of()
              : tracker.between(before, after, frame.timestamp(), frame.size());
      give(job, faces, before == null ? List.of() : before.perhaps());
    }
    List<Face> faces = tracker.label(first.sighting(), answers);
    last = first.sighting();
    give(first.job(), faces, first.sighting().perhaps());
  }

  private void expect(SourceQueue.Job job) throws InterruptedException {
    Frame frame = job.frame();
    List<Face> faces = tracker.expect(frame.timestamp(), frame.size());
    give(job, faces, tracker.perhaps(frame.timestamp()));
  }

  private void give(SourceQueue.Job job, List<Face> faces, List<Box> perhaps)
      throws InterruptedException {
    Frame frame = job.frame();
    taker.take(
        frame,
        new Observation(source, frame.sequence(), frame.timestamp(), frame.size(), faces, perhaps),
        job.arrived());
    queue.done(job);
  }

  /** What workers may still be busy with. */
  List<CompletableFuture<?>> asked() {
    List<CompletableFuture<?>> asked = new ArrayList<>();
    pending.forEach(p -> asked.add(p.answers()));
    return asked;
  }

  /**
   * The number of the frame on which something failed.
   *
   * @param taken the newest frame; null when none was left
   */
  long failing(SourceQueue.@Nullable Job taken) {
    if (taken != null && taken.found().isCompletedExceptionally()) {
      return taken.frame().sequence();
    }
    Pending first = pending.peek();
    return first == null ? 0 : first.job().frame().sequence();
  }

  /** Whether this frame is among those that are waited for. */
  boolean forget(SourceQueue.Job job) {
    return pending.removeIf(p -> p.job() == job);
  }
}
