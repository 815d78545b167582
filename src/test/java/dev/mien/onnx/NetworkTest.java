package dev.mien.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class NetworkTest {
  private static FloatBuffer direct(float... values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return buffer.put(values);
  }

  @Test
  void runsABatch() throws IOException {
    try (Network network = Network.open("means", Nets.means(0, 2, 1, false), Device.CPU)) {
      assertThat(network.input().shape()).containsExactly(-1L, 2L, 1L, 1L);
      assertThat(network.runBatch(direct(1, 2, 3, 4, 5, 6), 3, 2, 1, 1))
          .isDeepEqualTo(new float[][] {{1, 2}, {3, 4}, {5, 6}});
      assertThat(network.describe()).isEqualTo("ONNX Runtime 1.29.0 on cpu");
    }
  }

  @Test
  void runsAFixedBatchAsOftenAsItNeeds() throws IOException {
    try (Network one = Network.open("means", Nets.means(1, 2, 1, false), Device.CPU)) {
      assertThat(one.runBatch(direct(1, 2, 3, 4, 5, 6), 3, 2, 1, 1))
          .isDeepEqualTo(new float[][] {{1, 2}, {3, 4}, {5, 6}});
    }
    try (Network two = Network.open("means", Nets.means(2, 2, 1, false), Device.CPU)) {
      assertThat(two.runBatch(direct(1, 2, 3, 4, 5, 6, 0, 0), 3, 2, 1, 1))
          .isDeepEqualTo(new float[][] {{1, 2}, {3, 4}, {5, 6}});
      assertThatThrownBy(() -> two.runBatch(direct(1, 2, 3, 4, 5, 6), 3, 2, 1, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void isSharedByWorkers() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try (Network network = Network.open("means", Nets.means(0, 1, 1, false), Device.CPU)) {
      List<Future<Boolean>> right = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        int first = w * 1000;
        right.add(
            workers.submit(
                () -> {
                  boolean all = true;
                  for (int i = first; i < first + 1000; i++) {
                    all &= network.runBatch(direct(i), 1, 1, 1, 1)[0][0] == i;
                  }
                  return all;
                }));
      }
      for (Future<Boolean> answer : right) {
        assertThat(answer.get()).isTrue();
      }
    } finally {
      workers.shutdown();
    }
  }

  /** R20: inputs and outputs of 4 MB each; kept, they would take 5 GB. */
  @Test
  void leavesNoTensorsBehind() throws IOException {
    int size = 1 << 20;
    FloatBuffer values = direct(new float[size]);
    try (Network network = Network.open("means", Nets.means(0, size, 1, false), Device.CPU)) {
      long before = Pointer.physicalBytes();
      for (int i = 0; i < 600; i++) {
        network.run(values, 1, size, 1, 1);
      }
      // The heap, at most 1 GB in tests, may fill with what was read.
      assertThat(Pointer.physicalBytes() - before).isLessThan(1200L << 20);
    }
  }

  /** R29: a thread that a network has not got cannot spin while no faces come. */
  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
  void hasNoThreadsOfItsOwn() throws Exception {
    FutureTask<List<String>> names =
        new FutureTask<>(
            () -> {
              byte[] onnx = Nets.means(0, 4, 64, true);
              try (Network network = Network.open("means", onnx, Device.CPU)) {
                network.run(direct(new float[4 * 64 * 64]), 1, 4, 64, 64);
                return threads();
              }
            });
    // What a library starts has the name of the thread that called it.
    Thread caller = new Thread(names, "net-caller");
    caller.start();
    assertThat(names.get()).containsOnlyOnce("net-caller");
  }

  private static List<String> threads() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          names.add(Files.readString(task.resolve("comm")).strip());
        } catch (IOException e) {
          names.add("one that has just ended");
        }
      }
    }
    return names;
  }

  @Test
  void refusesWhatIsNoNetwork() {
    assertThatThrownBy(() -> Network.open("nonsense", new byte[] {1, 2, 3}, Device.CPU))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("nonsense")
        .message()
        .hasLineCount(1);
  }

  /** R23: what was asked for is never passed off as what runs. */
  @Test
  void neverPretendsToRunOnCuda() throws IOException {
    Optional<String> obstacle = Network.cudaObstacle();
    assumeThat(obstacle).as("a machine without a usable GPU").isPresent();
    byte[] onnx = Nets.means(0, 1, 1, false);
    assertThatThrownBy(() -> Network.open("means", onnx, Device.parse("cuda")))
        .isInstanceOf(NetworkException.class)
        .hasMessageContainingAll("device cuda:0 is not usable", obstacle.orElseThrow());
    try (Network network = Network.open("means", onnx, Device.AUTO)) {
      assertThat(network.device()).isEqualTo(Device.CPU);
      assertThat(network.fallback()).isEqualTo(obstacle);
      assertThat(network.describe()).contains("on cpu (", obstacle.orElseThrow());
    }
  }

  /** R24: the loader's message becomes what is missing and what is needed. */
  @Test
  void explainsTheLoadersMessage() {
    String loader =
        "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/session/"
            + "provider_bridge_ort.cc:1762 onnxruntime::Provider& Failed to load library"
            + " libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared"
            + " object file: No such file or directory";
    assertThat(Cuda.explain(loader))
        .isEqualTo(
            "libcublasLt.so.12 not found; ONNX Runtime 1.29.0 needs CUDA 12 and cuDNN 9"
                + " (libcublasLt.so.12, libcudnn.so.9) on the library path");
    assertThat(Cuda.explain("libcudnn.so.9: cannot open shared object file: No such file"))
        .startsWith("libcudnn.so.9 not found");
    assertThat(
            Cuda.explain(
                "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"))
        .contains("the NVIDIA driver does not serve it");
  }

  @Test
  void readsDevices() {
    assertThat(Device.parse("auto")).isEqualTo(Device.AUTO);
    assertThat(Device.parse("cpu")).hasToString("cpu");
    assertThat(Device.parse("cuda")).isEqualTo(new Device.Cuda(0));
    assertThat(Device.parse("cuda:2")).hasToString("cuda:2");
    for (String wrong : List.of("", "gpu", "cuda:", "cuda:x", "CPU ", "cuda:-1")) {
      assertThatThrownBy(() -> Device.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }

  /** R25: unpacked once; a cut file is replaced; a cache that cannot be written is no failure. */
  @Test
  void unpacksItsLibrariesOnce(@TempDir Path folder) throws IOException {
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", folder.toString());
    Path cache = Natives.unpack(environment::get).orElseThrow();
    assertThat(cache).startsWith(folder.resolve("mien"));
    Path library = cache.resolve("libonnxruntime4j_jni.so");
    var written = Files.getLastModifiedTime(library);
    assertThat(Natives.unpack(environment::get)).contains(cache);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(written);
    long size = Files.size(library);
    Files.writeString(library, "cut");
    Natives.unpack(environment::get);
    assertThat(library).hasSize(size);
    try (var files = Files.list(cache)) {
      assertThat(files).hasSize(2);
    }
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(Natives.unpack(Map.of("XDG_CACHE_HOME", file.toString())::get)).isEmpty();
    assertThat(Natives.unpack(Map.of("CACHE_DIRECTORY", folder + ":/other")::get)).contains(cache);
  }
}
