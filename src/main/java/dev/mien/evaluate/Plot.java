package dev.mien.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lines and bars over two axes from 0, as SVG to be set into a page. */
final class Plot {
  private static final int LEFT = 52;
  private static final int TOP = 12;
  private static final int WIDTH = 340;
  private static final int HEIGHT = 220;
  private static final double TICKS = 5;

  record Point(double x, double y) {}

  private final double right;
  private final double top;
  private final StringBuilder marks = new StringBuilder();
  private final StringBuilder legend = new StringBuilder();
  private int named;

  /**
   * A plot without lines; both axes start at 0 and end at a round number.
   *
   * @param right the largest horizontal value
   * @param top the largest vertical one
   */
  Plot(double right, double top, String xName, String yName) {
    double stepX = step(right);
    double stepY = step(top);
    int ticksX = ticks(right, stepX);
    int ticksY = ticks(top, stepY);
    this.right = ticksX * stepX;
    this.top = ticksY * stepY;
    for (int i = 0; i <= ticksY; i++) {
      double y = py(i * stepY);
      add(
          "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>",
          px(0), y, px(this.right), y);
      add("<text x='%d' y='%.1f' class='y'>%s</text>", LEFT - 6, y + 4, number(i * stepY));
    }
    for (int i = 0; i <= ticksX; i++) {
      add(
          "<text x='%.1f' y='%d' class='x'>%s</text>",
          px(i * stepX), TOP + HEIGHT + 16, number(i * stepX));
    }
    add(
        "<text x='%d' y='%d' class='x'>%s</text>",
        LEFT + WIDTH / 2, TOP + HEIGHT + 34, Page.escape(xName));
    add(
        "<text class='x' transform='translate(12 %d) rotate(-90)'>%s</text>",
        TOP + HEIGHT / 2, Page.escape(yName));
  }

  private void add(String format, Object... values) {
    marks.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** 1, 2 or 5 times a power of ten, so that there are about five of them. */
  private static double step(double largest) {
    if (!(largest > 0)) {
      return 1 / TICKS;
    }
    double rough = largest / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double times = rough / power;
    return power * (times > 5 + 1e-9 ? 10 : times > 2 + 1e-9 ? 5 : times > 1 + 1e-9 ? 2 : 1);
  }

  private static int ticks(double largest, double step) {
    return Math.max(1, (int) Math.ceil(largest / step - 1e-9));
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.3f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  private double px(double x) {
    return LEFT + WIDTH * Math.min(Math.max(x / right, 0), 1);
  }

  private double py(double y) {
    return TOP + HEIGHT * (1 - Math.min(Math.max(y / top, 0), 1));
  }

  /**
   * A line through the points.
   *
   * @param style a class of the page's style sheet
   * @param name for the legend; empty for none
   */
  Plot line(List<Point> points, String style, String name) {
    add(
        "<polyline class='%s' points='%s'/>",
        style,
        points.stream()
            .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", px(p.x()), py(p.y())))
            .collect(Collectors.joining(" ")));
    if (!name.isEmpty()) {
      int y = TOP + HEIGHT + 54 + 16 * named++;
      legend.append(
          "<line class='%s' x1='%d' y1='%d' x2='%d' y2='%d'/><text x='%d' y='%d'>%s</text>%n"
              .formatted(style, LEFT, y - 4, LEFT + 24, y - 4, LEFT + 32, y, Page.escape(name)));
    }
    return this;
  }

  Plot bar(double from, double to, double height) {
    double left = px(from) + 1;
    add(
        "<rect class='bar' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>",
        left, py(height), Math.max(1, px(to) - left - 1), py(0) - py(height));
    return this;
  }

  /** A vertical line with words beside it. */
  Plot mark(double x, String words) {
    add("<line class='mark' x1='%1$.1f' y1='%2$d' x2='%1$.1f' y2='%3$.1f'/>", px(x), TOP, py(0));
    boolean leftOf = x > right / 2;
    add(
        "<text class='%s' x='%.1f' y='%d'>%s</text>",
        leftOf ? "y" : "", px(x) + (leftOf ? -5 : 5), TOP + 12, Page.escape(words));
    return this;
  }

  String svg() {
    int height = TOP + HEIGHT + 44 + 16 * named;
    return "<svg viewBox='0 0 %d %d' role='img'>%n%s%s</svg>%n"
        .formatted(LEFT + WIDTH + 12, height, marks, legend);
  }
}
