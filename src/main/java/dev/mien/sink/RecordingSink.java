package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames or observations in a file, or in one file after the other. A file that is removed,
 * replaced or shortened behind its back is begun anew, and that is said. Where nothing can be
 * written, a service tries again until it can.
 */
final class RecordingSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(RecordingSink.class);
  private static final long RETRY_MILLIS = 5_000;
  private static final long TIDY_MILLIS = 10_000;

  /** One file. */
  interface Part {
    void write(Frame frame, Observation observation) throws IOException;

    /** Ends the file as is proper; only closing follows. */
    void finish() throws IOException;

    /** What is held back is given up, and the file not touched any more. */
    void abandon();

    void close();
  }

  /** Begins files. */
  interface Opener {
    /**
     * Begins one.
     *
     * @param anew whether what is in the file is this run's own, which goes on behind it
     */
    Part open(Held file, boolean anew) throws IOException;
  }

  private final Path file;
  private final Outlet outlet;
  private final Want want;
  private final Opener opener;
  private final Shelf shelf;
  private @Nullable Held held;
  private @Nullable Part part;
  private @Nullable Instant next;
  private long tidied = Long.MIN_VALUE;
  private boolean anew;
  private boolean beside;
  private boolean began;
  private boolean finished;
  private boolean closed;

  private long retryAt;
  private final LongAdder taken = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private volatile String trouble = "";
  private long troubleSince;
  private long lostBefore;

  /**
   * @throws IllegalArgumentException if the file cannot be written for a reason that the user can
   *     mend: one line with the reason
   */
  RecordingSink(Path file, Outlet outlet, Want want, Opener opener) {
    this.file = file;
    this.outlet = outlet;
    this.want = want;
    this.opener = opener;
    OutputFile.check(file);
    Path folder = folder(file);
    shelf = new Shelf(folder, OutputFile.dated(file, outlet.fileName()), outlet.recording());
    if (!outlet.recording().dated()) {
      try {
        held = Held.open(file);
      } catch (IOException e) {
        throw new IllegalArgumentException(file + ": " + OutputFile.reason(e), e);
      }
    }
  }

  private static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public Want wants() {
    return want;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(file + ": is closed");
    }
    long now = outlet.recording().clock().millis();
    if (!trouble.isEmpty() && now < retryAt && retryAt - now <= RETRY_MILLIS) {
      lost.increment();
      return;
    }
    try {
      current(now).write(frame, observation);
      taken.increment();
      good(now);
    } catch (IOException e) {
      SinkException failure = SinkException.of(shown(), e);
      if (!outlet.patient() || failure instanceof SinkClosedException) {
        throw failure;
      }
      bad(failure, now);
    }
  }

  private String shown() {
    return held == null ? file.toString() : held.file().toString();
  }

  private Part current(long now) throws IOException {
    if (part != null && held != null) {
      harmed(held, held.look());
    }
    if (next != null && now >= next.toEpochMilli()) {
      end(true);
    }
    // The clock may be set back, too.
    if (tidied == Long.MIN_VALUE || now - tidied >= TIDY_MILLIS || now < tidied) {
      tidied = now;
      if (!shelf.tidy(held == null ? null : held.file())) {
        throw new SinkException(shown() + ": " + OutputFile.FULL);
      }
    }
    Part open = part;
    if (open == null) {
      open = begin(now);
    }
    return open;
  }

  private Part begin(long now) throws IOException {
    Recording recording = outlet.recording();
    ZonedDateTime time = Instant.ofEpochMilli(now).atZone(recording.clock().getZone());
    if (held == null) {
      held =
          Held.open(
              recording.dated() || beside ? OutputFile.dated(file, outlet.fileName(), time) : file);
    }
    next = recording.segment() == null ? null : boundary(time, recording.segment());
    Part open = opener.open(held, anew);
    part = open;
    began = true;
    anew = false;
    return open;
  }

  /** The next multiple of the length after midnight; midnight is one. */
  private static Instant boundary(ZonedDateTime time, Duration length) {
    ZonedDateTime midnight = time.truncatedTo(ChronoUnit.DAYS);
    long done = Duration.between(midnight, time).toMillis() / length.toMillis();
    Instant next = midnight.toInstant().plus(length.multipliedBy(done + 1));
    Instant tomorrow = midnight.plusDays(1).toInstant();
    return next.isBefore(tomorrow) ? next : tomorrow;
  }

  private void harmed(Held current, Held.Harm harm) throws IOException {
    switch (harm) {
      case NONE -> {
        return;
      }
      case REMOVED -> {
        log.warn("{}: was removed; begun anew", current.file());
        end(true);
        Path folder = folder(current.file());
        if (!Files.isDirectory(folder)) {
          Files.createDirectory(folder);
        }
      }
      case REPLACED -> {
        log.warn("{}: another file has its name now; goes on beside it", current.file());
        end(true);
        beside = true;
      }
      case SHORTENED -> {
        log.warn("{}: was shortened by somebody else; begun anew", current.file());
        end(false);
        anew = true;
      }
    }
  }

  /**
   * Ends the file that is written, whatever becomes of that.
   *
   * @param whole whether it is worth being ended properly
   */
  private void end(boolean whole) throws IOException {
    Part ending = part;
    Held holding = held;
    part = null;
    held = null;
    next = null;
    try {
      if (ending != null) {
        if (whole) {
          ending.finish();
        } else {
          ending.abandon();
        }
      }
    } catch (IOException e) {
      log.warn("{}", SinkException.of(String.valueOf(file), e).getMessage());
    } finally {
      if (ending != null) {
        ending.close();
      }
      if (holding != null) {
        holding.close(false);
      }
    }
  }

  private void good(long now) {
    if (!trouble.isEmpty()) {
      log.info(
          "{}: written again, after {} s; {} frames are missing",
          file,
          (now - troubleSince) / 1000,
          lost.sum() - lostBefore);
      trouble = "";
    }
  }

  private void bad(SinkException failure, long now) {
    String why = String.valueOf(failure.getMessage());
    if (trouble.isEmpty()) {
      log.warn("{}; tried again until it works", why);
      troubleSince = now;
      lostBefore = lost.sum();
    }
    lost.increment();
    trouble = why.startsWith(file + ": ") ? why.substring(file.toString().length() + 2) : why;
    retryAt = now + RETRY_MILLIS;
    tidied = Long.MIN_VALUE;
    Part broken = part;
    part = null;
    if (broken != null) {
      broken.close();
    }
    letGo(false);
    anew = false;
  }

  @Override
  public @Nullable Delivery delivery() {
    return outlet.patient() ? new Delivery(taken.sum(), lost.sum(), trouble) : null;
  }

  @Override
  public void finish() throws IOException {
    finished = true;
    try {
      if (part == null && !began && held != null) {
        part = opener.open(held, false);
      }
      if (part != null) {
        part.finish();
      }
    } catch (IOException e) {
      throw SinkException.of(shown(), e);
    }
    if (!trouble.isEmpty()) {
      throw new SinkException("%s: %s; %d frames are missing".formatted(file, trouble, lost.sum()));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (part != null) {
      part.close();
    }
    letGo(finished);
  }

  private void letGo(boolean keepEmpty) {
    Held holding = held;
    held = null;
    if (holding != null) {
      try {
        holding.close(keepEmpty);
      } catch (IOException e) {
        log.warn("{}: {}", holding.file(), OutputFile.reason(e));
      }
    }
  }
}
