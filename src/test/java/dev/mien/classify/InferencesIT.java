package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.Alone;
import dev.mien.model.Model;
import dev.mien.onnx.Nets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a model's use and its change leave behind in the process. */
@Timeout(900)
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
final class InferencesIT {
  private static final int HEAP_MEGABYTES = 64;

  private static List<Long> resident(Path model, int openings, int questions) throws Exception {
    return Alone.run(
            Inferences.class,
            HEAP_MEGABYTES,
            model.toString(),
            Integer.toString(openings),
            Integer.toString(questions))
        .stream()
        .map(Long::valueOf)
        .toList();
  }

  /** Of the last quarter over the second one; single values go up and down by a twentieth. */
  private static double growth(List<Long> resident) {
    int quarter = resident.size() / 4;
    return mean(resident.subList(3 * quarter, 4 * quarter))
            / mean(resident.subList(quarter, 2 * quarter))
        - 1;
  }

  private static double mean(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).average().orElseThrow();
  }

  /** R20, R22: a hundred thousand batches of random sizes. */
  @Test
  void questionsLeaveNothingBehind(@TempDir Path folder) throws Exception {
    Model colors =
        OnnxClassifierTest.colors(
            folder, Nets.means(0, 3, 8, false), "logits", "red\ngreen\nblue\n");
    List<Long> resident = resident(colors.folder(), 1, 100_000);
    assertThat(resident).hasSize(20);
    assertThat(growth(resident)).as("%s", resident).isLessThan(0.05);
  }

  /** R21: the shipped model replaced by itself two hundred times. */
  @Test
  void changesOfModelsLeaveNothingBehind() throws Exception {
    List<Long> resident = resident(Path.of("models/mask"), 200, 1);
    assertThat(resident).hasSize(20);
    assertThat(growth(resident)).as("%s", resident).isLessThan(0.05);
  }
}
