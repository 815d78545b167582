package dev.mien.detect;

/**
 * What counts as a face, and how closely a detector looks.
 *
 * @param score the least score of a detection, 0..1
 * @param minimumFace the least width and height of a face, in pixels of the frame; at least 1. A
 *     face 20 pixels high is 13 to 16 wide
 * @param overlap two boxes whose intersection over union is above this are one face, 0..1
 * @param workingSize the long side of the picture that YuNet looks at, 32..4096: a larger frame is
 *     made smaller, a smaller one is left as it is. YuNet finds faces from 18 pixels of height
 *     there and is sure of them from 24, so 640 is sure of 48 in a frame 1280 wide
 * @param mostFaces how many faces of a frame are kept, the most confident ones; at least 1
 */
public record DetectorSettings(
    double score, double minimumFace, double overlap, int workingSize, int mostFaces) {
  public static final DetectorSettings DEFAULT = new DetectorSettings(0.5, 12, 0.3, 640, 100);

  public DetectorSettings {
    check(score >= 0 && score <= 1, "score", score, "0 to 1");
    check(minimumFace >= 1 && minimumFace <= 1e6, "smallest face", minimumFace, "1 pixel or more");
    check(overlap >= 0 && overlap <= 1, "overlap", overlap, "0 to 1");
    check(
        workingSize >= 32 && workingSize <= 4096, "working size", workingSize, "32 to 4096 pixels");
    check(mostFaces >= 1, "number of faces", mostFaces, "1 or more");
  }

  private static void check(boolean good, String name, double found, String expected) {
    if (!good) {
      throw new IllegalArgumentException(
          "%s of the detector: expected %s, found %s".formatted(name, expected, found));
    }
  }

  public DetectorSettings withScore(double other) {
    return new DetectorSettings(other, minimumFace, overlap, workingSize, mostFaces);
  }
}
