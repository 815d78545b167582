package dev.mien.teach;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Multinomial logistic regression with weight decay, by L-BFGS (Liu and Nocedal, "On the limited
 * memory BFGS method for large scale optimization", 1989). Each number counts in units of its
 * spread over the examples; one that hardly ever differs from its mean counts in units of what
 * others spread, or the few examples where it does would be learnt by heart. Two runs are equal.
 */
final class SoftmaxRegression {
  /** The least spread, as a share of the median of all. */
  private static final double LEAST_SPREAD = 0.3;

  private static final int MEMORY = 10;
  private static final int CHUNK = 512;
  private static final double ARMIJO = 1e-4;
  private static final double SETTLED = 1e-5;
  private static final int HALVINGS = 20;

  private final List<float[]> rows;
  private final int[] truth;
  private final double[] weights;
  private final int labels;
  private final int numbers;
  private final float[] mean;
  private final float[] spread;
  private double[] solution;

  /**
   * One that has learnt nothing.
   *
   * @param rows the numbers of each example; lent
   * @param truth the label of each
   * @param weights how much each counts; only their proportions matter
   */
  SoftmaxRegression(List<float[]> rows, int[] truth, double[] weights, int labels) {
    this.rows = rows;
    this.truth = truth;
    this.labels = labels;
    this.numbers = rows.get(0).length;
    double total = Arrays.stream(weights).sum();
    this.weights = Arrays.stream(weights).map(w -> w / total).toArray();
    this.mean = new float[numbers];
    this.spread = new float[numbers];
    this.solution = new double[labels * (numbers + 1)];
    measure();
  }

  private void measure() {
    double[] sum = new double[numbers];
    double[] squares = new double[numbers];
    for (float[] row : rows) {
      for (int f = 0; f < numbers; f++) {
        sum[f] += row[f];
        squares[f] += row[f] * (double) row[f];
      }
    }
    double[] spreads = new double[numbers];
    for (int f = 0; f < numbers; f++) {
      mean[f] = (float) (sum[f] / rows.size());
      spreads[f] = Math.sqrt(Math.max(0, squares[f] / rows.size() - mean[f] * (double) mean[f]));
    }
    double[] sorted = spreads.clone();
    Arrays.sort(sorted);
    double least = Math.max(1e-6, LEAST_SPREAD * sorted[numbers / 2]);
    for (int f = 0; f < numbers; f++) {
      spread[f] = (float) Math.max(least, spreads[f]);
    }
  }

  /** Weights and bias for rows as they are. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  record Head(float[][] weights, float[] bias) {
    float[] logits(float[] row) {
      float[] logits = bias.clone();
      for (int k = 0; k < bias.length; k++) {
        logits[k] += dot(weights[k], row);
      }
      return logits;
    }
  }

  /** Four sums at once, for the processor need not wait for one to begin the next. */
  private static float dot(float[] a, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int f = 0;
    for (; f + 3 < a.length; f += 4) {
      s0 += a[f] * b[f];
      s1 += a[f + 1] * b[f + 1];
      s2 += a[f + 2] * b[f + 2];
      s3 += a[f + 3] * b[f + 3];
    }
    for (; f < a.length; f++) {
      s0 += a[f] * b[f];
    }
    return s0 + s1 + s2 + s3;
  }

  /**
   * Goes on from where it is to the best head for this decay.
   *
   * @param decay half of it times the squared weights is added to the mean loss
   * @param steps at most
   */
  Head learn(double decay, int steps) {
    double[] x = solution;
    Point at = loss(x, decay);
    Deque<double[][]> memory = new ArrayDeque<>();
    for (int step = 0; step < steps && norm(at.slope) > SETTLED; step++) {
      double[] way = direction(at.slope, memory);
      double down = dot(way, at.slope);
      double length = memory.isEmpty() ? Math.min(1, 1 / norm(at.slope)) : 1;
      double[] next = moved(x, way, length);
      Point there = loss(next, decay);
      for (int i = 0; i < HALVINGS && there.loss > at.loss + ARMIJO * length * down; i++) {
        length /= 2;
        next = moved(x, way, length);
        there = loss(next, decay);
      }
      if (there.loss >= at.loss) {
        break;
      }
      double[] moved = difference(next, x);
      double[] turned = difference(there.slope, at.slope);
      if (dot(moved, turned) > 1e-12) {
        memory.addLast(new double[][] {moved, turned});
        if (memory.size() > MEMORY) {
          memory.removeFirst();
        }
      }
      x = next;
      at = there;
    }
    solution = x;
    return head(x);
  }

  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  private record Point(double loss, double[] slope) {}

  /** Weights as they apply to rows that are not scaled. */
  private Head head(double[] x) {
    float[][] kernel = new float[labels][numbers];
    float[] bias = new float[labels];
    for (int k = 0; k < labels; k++) {
      double shift = x[labels * numbers + k];
      for (int f = 0; f < numbers; f++) {
        double weight = x[k * numbers + f] / spread[f];
        kernel[k][f] = (float) weight;
        shift -= weight * mean[f];
      }
      bias[k] = (float) shift;
    }
    return new Head(kernel, bias);
  }

  /** What some rows add to the loss, and to the slope of weights and bias. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  private record Part(double loss, float[][] weights, double[] bias) {}

  private Point loss(double[] x, double decay) {
    Head head = head(x);
    int chunks = (rows.size() + CHUNK - 1) / CHUNK;
    List<Part> parts =
        IntStream.range(0, chunks)
            .parallel()
            .mapToObj(c -> part(head, c * CHUNK, Math.min(rows.size(), (c + 1) * CHUNK)))
            .toList();
    double loss = 0;
    double[] raw = new double[labels * numbers];
    double[] slope = new double[x.length];
    for (Part part : parts) {
      loss += part.loss;
      for (int k = 0; k < labels; k++) {
        slope[labels * numbers + k] += part.bias[k];
        for (int f = 0; f < numbers; f++) {
          raw[k * numbers + f] += part.weights[k][f];
        }
      }
    }
    for (int k = 0; k < labels; k++) {
      double all = slope[labels * numbers + k];
      for (int f = 0; f < numbers; f++) {
        int i = k * numbers + f;
        slope[i] = (raw[i] - all * mean[f]) / spread[f] + decay * x[i];
        loss += 0.5 * decay * x[i] * x[i];
      }
    }
    return new Point(loss, slope);
  }

  private Part part(Head head, int from, int to) {
    double loss = 0;
    float[][] slope = new float[labels][numbers];
    double[] bias = new double[labels];
    for (int i = from; i < to; i++) {
      float[] row = rows.get(i);
      float[] logits = head.logits(row);
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        max = Math.max(max, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - max);
      }
      loss += weights[i] * (Math.log(sum) + max - logits[truth[i]]);
      for (int k = 0; k < labels; k++) {
        double p = Math.exp(logits[k] - max) / sum;
        float g = (float) (weights[i] * (p - (k == truth[i] ? 1 : 0)));
        bias[k] += g;
        float[] of = slope[k];
        for (int f = 0; f < of.length; f++) {
          of[f] += g * row[f];
        }
      }
    }
    return new Part(loss, slope, bias);
  }

  /** The two loops of L-BFGS. */
  private static double[] direction(double[] slope, Deque<double[][]> memory) {
    double[] q = slope.clone();
    List<Double> alphas = new ArrayList<>();
    for (Iterator<double[][]> back = memory.descendingIterator(); back.hasNext(); ) {
      double[][] pair = back.next();
      double alpha = dot(pair[0], q) / dot(pair[0], pair[1]);
      alphas.add(alpha);
      add(q, pair[1], -alpha);
    }
    if (!memory.isEmpty()) {
      double[][] last = memory.getLast();
      double scale = dot(last[0], last[1]) / dot(last[1], last[1]);
      for (int i = 0; i < q.length; i++) {
        q[i] *= scale;
      }
    }
    int n = alphas.size();
    for (double[][] pair : memory) {
      double beta = dot(pair[1], q) / dot(pair[0], pair[1]);
      add(q, pair[0], alphas.get(--n) - beta);
    }
    for (int i = 0; i < q.length; i++) {
      q[i] = -q[i];
    }
    return q;
  }

  private static void add(double[] to, double[] what, double times) {
    for (int i = 0; i < to.length; i++) {
      to[i] += times * what[i];
    }
  }

  private static double[] moved(double[] x, double[] way, double length) {
    double[] next = x.clone();
    add(next, way, length);
    return next;
  }

  private static double[] difference(double[] a, double[] b) {
    return moved(a, b, -1);
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
