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
 * @param tint the chance that the hue of all of it turns, and its colours grow stronger or paler
 * @param shade the chance that one side is darker or lighter than the other, with a soft edge
 * @param cover the chance that mouth and chin are hidden by something out of the picture itself, as
 *     by a hand or a head in front; only for labels that stay true then
 * @param gamma at most how many times the exponent of the light is doubled or halved: 1 draws it
 *     from 0.5 to 2
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
    double gray,
    double tint,
    double shade,
    double cover,
    double gamma) {
  /** What suits faces as a detector cuts them. */
  public static final Augmentation FACES =
      new Augmentation(
          0.5, 12, 0.12, 0.08, 0.08, 0.08, 0.3, 0.1, 0.15, 0.1, 0.1, 0.3, 0.05, 0, 0, 0, 0);

  /** Nothing is varied. */
  public static final Augmentation NONE =
      new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

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
    share("tint", tint, 1);
    share("shade", shade, 1);
    share("cover", cover, 1);
    share("gamma", gamma, 3);
  }

  /** The same for pictures that must show mouth and chin. */
  public Augmentation uncovered() {
    return new Augmentation(
        flip, rotate, zoom, shift, shear, stretch, light, blur, shrink, jpeg, noise, occlusion,
        gray, tint, shade, 0, gamma);
  }

  private static void share(String key, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(key + " is 0.." + most + ", found " + value);
    }
  }
}
