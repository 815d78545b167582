package dev.mien.frame;

/**
 * An axis-aligned rectangle in pixels of the frame: ({@code x}, {@code y}) is the left top corner,
 * y grows downwards. It may reach beyond the frame; {@link #clip} brings it back.
 *
 * <p>Coordinates are finite and neither side is negative.
 */
public record Box(double x, double y, double width, double height) {
  public Box {
    if (!Double.isFinite(x + y + width + height) || width < 0 || height < 0) {
      throw new IllegalArgumentException(
          "a box is finite and not inverted, found %s,%s %sx%s".formatted(x, y, width, height));
    }
  }

  public static Box ofCorners(double left, double top, double right, double bottom) {
    return new Box(left, top, right - left, bottom - top);
  }

  public double right() {
    return x + width;
  }

  public double bottom() {
    return y + height;
  }

  public double centerX() {
    return x + width / 2;
  }

  public double centerY() {
    return y + height / 2;
  }

  public double area() {
    return width * height;
  }

  /** The part that lies inside a picture of this size; empty (no area) when none does. */
  public Box clip(Size size) {
    double left = Math.min(Math.max(x, 0), size.width());
    double top = Math.min(Math.max(y, 0), size.height());
    double right = Math.max(left, Math.min(right(), size.width()));
    double bottom = Math.max(top, Math.min(bottom(), size.height()));
    return ofCorners(left, top, right, bottom);
  }

  /** Grown on every side by a share of the width and height: 0.1 makes it 1.2 times as wide. */
  public Box expand(double margin) {
    return new Box(
        x - width * margin,
        y - height * margin,
        width * (1 + 2 * margin),
        height * (1 + 2 * margin));
  }

  /** The smallest square around the same centre that holds this box. */
  public Box square() {
    double side = Math.max(width, height);
    return new Box(centerX() - side / 2, centerY() - side / 2, side, side);
  }

  public Box scale(double factorX, double factorY) {
    return new Box(x * factorX, y * factorY, width * factorX, height * factorY);
  }

  /** Intersection over union (Jaccard index), 0..1; 0 for two empty boxes. */
  public double iou(Box other) {
    double w = Math.min(right(), other.right()) - Math.max(x, other.x);
    double h = Math.min(bottom(), other.bottom()) - Math.max(y, other.y);
    if (w <= 0 || h <= 0) {
      return 0;
    }
    return w * h / (area() + other.area() - w * h);
  }
}
