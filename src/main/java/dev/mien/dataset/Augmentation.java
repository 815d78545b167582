package dev.mien.dataset;

/**
 * How pictures are varied while a network learns, so that it meets each of them only once. Zero
 * switches a thing off.
 *
 * @param flip the chance to be mirrored, 0..1
 * @param rotate at most so many degrees to either side
 * @param zoom the size changes by at most this share, in or out
 * @param shift moved by at most this share of the picture's size, in each direction
 * @param shear at most this slant, as a share
 * @param stretch the proportions change by at most this share
 * @param light brightness and contrast change by at most this share
 * @param blur the chance to be blurred, 0..1
 * @param shrink the chance to lose detail by being made smaller and larger again, as far faces do
 * @param jpeg the chance to be compressed until it shows
 * @param noise the chance to get a camera's noise
 * @param occlusion the chance that a rectangle of it is hidden
 * @param gray the chance that a picture in colour loses its colour
 */
public record Augmentation(
    double flip,
    double rotate,
    double zoom,
    double shift,
    double shear,
    double stretch,
    double light,
    double blur,
    double shrink,
    double jpeg,
    double noise,
    double occlusion,
    double gray) {
  /** What suits faces as a detector cuts them. */
  public static final Augmentation FACES =
      new Augmentation(0.5, 12, 0.12, 0.08, 0.08, 0.08, 0.3, 0.1, 0.15, 0.1, 0.1, 0.3, 0.05);

  /** Nothing is varied. */
  public static final Augmentation NONE = new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  public Augmentation {
    share("flip", flip, 1);
    share("rotate", rotate, 180);
    share("zoom", zoom, 0.9);
    share("shift", shift, 1);
    share("shear", shear, 1);
    share("stretch", stretch, 0.9);
    share("light", light, 1);
    share("blur", blur, 1);
    share("shrink", shrink, 1);
    share("jpeg", jpeg, 1);
    share("noise", noise, 1);
    share("occlusion", occlusion, 1);
    share("gray", gray, 1);
  }

  private static void share(String key, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(key + " is 0.." + most + ", found " + value);
    }
  }
}
