package dev.mien.face;

import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.List;

/**
 * What is known about one frame.
 *
 * @param source the name of the source that the frame came from, free of credentials
 * @param sequence of the frame
 * @param timestamp of the frame, nanoseconds since the start of the stream
 * @param resolution of the frame
 * @param faces in the order of their ids
 * @param perhaps where else a face may be: weak detections, and where a face was moments ago; for
 *     whoever would rather hide too much
 */
public record Observation(
    String source,
    long sequence,
    long timestamp,
    Size resolution,
    List<Face> faces,
    List<Box> perhaps) {
  public Observation {
    faces = List.copyOf(faces);
    perhaps = List.copyOf(perhaps);
  }

  public Observation(
      String source, long sequence, long timestamp, Size resolution, List<Face> faces) {
    this(source, sequence, timestamp, resolution, faces, List.of());
  }
}
