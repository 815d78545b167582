package dev.mien.web;

import java.util.List;
import java.util.Map;

/**
 * What the models run on, and in what batches.
 *
 * @param requested as the user wrote it: {@code auto}
 * @param actual what it is: {@code cpu}
 * @param engine what computes the detector: {@code onnxruntime}
 * @param batches by model, how often so many faces went through it at once, from none on
 */
public record Devices(
    String requested, String actual, String engine, Map<String, List<Long>> batches) {
  public Devices {
    batches = Map.copyOf(batches);
  }
}
