package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.pipeline.Health.State;
import dev.mien.sink.SinkClosedException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Stats RUNS = new Situation("runs").observed(9).stats();
  private static final Stats NEW = new Situation("new").stats();
  private static final Stats AWAY = new Situation("away").away("no route to host").stats();

  private static Health of(Stats... stats) {
    return Health.of(List.of(stats), false);
  }

  private static void is(Health health, State state, boolean ready, boolean alive) {
    assertThat(health.state()).isEqualTo(state);
    assertThat(health.ready()).isEqualTo(ready);
    assertThat(health.alive()).isEqualTo(alive);
  }

  @Test
  void nothingIsReadyBeforeTheFirstObservation() {
    is(of(), State.STARTING, false, true);
    is(of(NEW), State.STARTING, false, true);
    is(of(NEW, RUNS), State.RUNNING, true, true);
  }

  @Test
  void aCameraThatIsAwayDegradesAndDoesNotKill() {
    is(of(RUNS, AWAY), State.DEGRADED, true, true);
    is(of(AWAY), State.DEGRADED, false, true);
    assertThat(of(AWAY).sources().get(0).why()).isEqualTo("no route to host");
  }

  @Test
  void aFrameThatDoesNotComeOutIsTheProgramsFault() {
    Health stuck = of(RUNS, new Situation("stuck").observed(3).stuckFor(12).stats());
    is(stuck, State.DEGRADED, true, false);
    assertThat(stuck.sources().get(1).why()).isEqualTo("a frame has been on its way for 12 s");
    is(of(new Situation("slow").observed(3).stuckFor(9).stats()), State.RUNNING, true, true);
  }

  @Test
  void framesOfWhichNoneIsObservedAreNoObservations() {
    Health failing = of(RUNS, new Situation("gpu").observed(900).losing(Drop.FAILED, 11).stats());
    is(failing, State.DEGRADED, true, true);
    assertThat(failing.sources().get(1).why())
        .isEqualTo("no frame was observed for 11 s: detector or classifier failed");
    is(of(new Situation("slow").losing(Drop.LATE, 60).stats()), State.DEGRADED, false, true);
    is(
        of(new Situation("hiccup").observed(9).losing(Drop.LATE, 9).stats()),
        State.RUNNING,
        true,
        true);
  }

  @Test
  void anOutputThatBrokeIsSaidAndAClosedWindowIsNot() {
    Situation full = new Situation("door").observed(1).output("a.mp4", new IOException("full\nx"));
    Health impaired = of(full.stats());
    is(impaired, State.DEGRADED, true, true);
    assertThat(impaired.sources().get(0).why()).isEqualTo("full");
    is(of(RUNS, full.finished().stats()), State.DEGRADED, true, true);
    Situation closed =
        new Situation("door")
            .observed(1)
            .output("window", new SinkClosedException("closed", new IOException()));
    is(of(closed.stats()), State.RUNNING, true, true);
  }

  @Test
  void anOutputThatDoesNotGetThroughDegradesAndSaysWhy() {
    Situation dead = new Situation("door").observed(1).cutOff("rtsp://nvr/x", "nobody listens");
    is(of(RUNS, dead.stats()), State.DEGRADED, true, true);
    assertThat(of(dead.stats()).sources().get(0).why()).isEqualTo("rtsp://nvr/x: nobody listens");
  }

  @Test
  void theEndIsNotReady() {
    is(Health.of(List.of(RUNS), true), State.STOPPING, false, true);
    is(of(new Situation("film").observed(1).finished().stats()), State.STOPPING, false, true);
    is(of(RUNS, new Situation("film").finished().stats()), State.RUNNING, true, true);
    is(
        of(RUNS, new Situation("film").failed("torn").finished().stats()),
        State.DEGRADED,
        true,
        true);
  }
}
