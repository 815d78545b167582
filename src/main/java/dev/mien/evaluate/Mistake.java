package dev.mien.evaluate;

/**
 * A wrong answer, to be shown.
 *
 * @param name of the picture
 * @param truth the right label
 * @param answer the label that was given
 * @param confidence its probability
 * @param jpeg what the model saw
 */
public record Mistake(String name, String truth, String answer, double confidence, Jpeg jpeg) {
  /** An encoded picture. */
  public static final class Jpeg {
    private final byte[] bytes;

    public Jpeg(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    String base64() {
      return java.util.Base64.getEncoder().encodeToString(bytes);
    }
  }
}
