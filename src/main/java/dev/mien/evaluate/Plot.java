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
  private static final int TICKS = 5;

  record Point(double x, double y) {}

  private final double right;
  private final double top;
  private final StringBuilder marks = new StringBuilder();
  private final StringBuilder legend = new StringBuilder();
  private int named;

  /**
   * A plot without lines.
   *
   * @param right where the horizontal axis ends, above 0
   * @param top where the vertical one ends, above 0
   */
  Plot(double right, double top, String xName, String yName) {
    this.right = right > 0 ? right : 1;
    this.top = top > 0 ? top : 1;
    for (int i = 0; i <= TICKS; i++) {
      double x = this.right * i / TICKS;
      double y = this.top * i / TICKS;
      add(
          "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>",
          px(0), py(y), px(this.right), py(y));
      add("<text x='%d' y='%.1f' class='y'>%s</text>", LEFT - 6, py(y) + 4, number(y));
      add("<text x='%.1f' y='%d' class='x'>%s</text>", px(x), TOP + HEIGHT + 16, number(x));
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

  private static String number(double value) {
    String text = String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.2f", value);
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
