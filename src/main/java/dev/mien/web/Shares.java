package dev.mien.web;

import dev.mien.face.Classification.Score;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which labels the faces of the last minutes had: faces of all frames, counted in spans of five
 * seconds. Its clock is the stream's.
 */
final class Shares {
  static final int SPAN_SECONDS = 5;
  static final int SPANS = 60;
  private static final long SPAN = SPAN_SECONDS * 1_000_000_000L;

  /** A question that one model answers, and its labels in the model's order. */
  private record Question(String task, String model, List<String> labels) {}

  private record Span(long index, Map<Question, long[]> counts) {}

  /**
   * The counts of one model.
   *
   * @param counts for each span, oldest first, the faces with each label; empty where there were
   *     none
   */
  record Plot(String task, String model, List<String> labels, List<List<Long>> counts) {}

  private long newestAt;
  private final Deque<Span> spans = new ArrayDeque<>();
  private final Map<Question, Boolean> questions = new LinkedHashMap<>();

  synchronized void add(Observation observation) {
    newestAt = System.nanoTime();
    Map<Question, long[]> counts = span(Math.floorDiv(observation.timestamp(), SPAN)).counts();
    for (Face face : observation.faces()) {
      for (Face.Label label : face.labels()) {
        List<String> labels = label.scores().stream().map(Score::label).toList();
        Question question = new Question(label.task(), label.model(), labels);
        questions.put(question, true);
        int index = labels.indexOf(label.label());
        if (index >= 0) {
          counts.computeIfAbsent(question, q -> new long[labels.size()])[index]++;
        }
      }
    }
  }

  /** A timestamp that went back counts as the newest one. */
  private Span span(long index) {
    Span newest = spans.peekLast();
    if (newest != null && index <= newest.index()) {
      return newest;
    }
    Span span = new Span(index, new HashMap<>());
    spans.add(span);
    while (spans.element().index() <= index - SPANS) {
      spans.remove();
    }
    return span;
  }

  synchronized List<Plot> plots() {
    Span newest = spans.peekLast();
    if (newest == null) {
      return List.of();
    }
    // Its clock stands still while a source is away; the spans that passed meanwhile are empty.
    long now = newest.index() + (System.nanoTime() - newestAt) / SPAN;
    List<Plot> plots = new ArrayList<>();
    for (Question question : questions.keySet()) {
      List<List<Long>> all = new ArrayList<>();
      for (int i = 0; i < SPANS; i++) {
        all.add(List.of());
      }
      for (Span span : spans) {
        long[] counts = span.counts().get(question);
        int place = SPANS - 1 - (int) Math.min(SPANS, now - span.index());
        if (counts != null && place >= 0) {
          all.set(place, java.util.Arrays.stream(counts).boxed().toList());
        }
      }
      plots.add(new Plot(question.task(), question.model(), question.labels(), all));
    }
    return plots;
  }
}
