package dev.mien.detect;

import dev.mien.onnx.Binding;
import dev.mien.onnx.Device;
import dev.mien.onnx.FreeSizes;
import dev.mien.onnx.Network;
import dev.mien.onnx.Network.Tensor;
import dev.mien.onnx.NetworkException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;

/** YuNet computed by ONNX Runtime. */
final class OnnxYuNet implements YuNetNetwork {
  /** Sizes for which buffers are kept: a camera needs two, or six where faces are hidden. */
  private static final int MOST_SIZES = 8;

  private final Network network;
  private final Map<List<Integer>, Buffers> sizes = new LinkedHashMap<>(8, 0.75f, true);
  private boolean closed;

  /** The tensor is the blob's own memory. */
  private record Buffers(Mat blob, Binding binding) {
    void close() {
      binding.close();
      blob.close();
    }
  }

  /**
   * @throws NetworkException if ONNX Runtime or the device cannot be used, or it is no ONNX
   */
  OnnxYuNet(String name, byte[] onnx, Device device) throws NetworkException, DetectorException {
    network = Network.open(name, FreeSizes.of(name, onnx), device);
    Set<String> found =
        network.outputs().stream().map(Tensor::name).collect(Collectors.toUnmodifiableSet());
    if (!found.containsAll(OUTPUTS)) {
      network.close();
      throw new DetectorException(
          "model '%s' is not YuNet: expected outputs cls_8 to kps_32, found: %s"
              .formatted(name, found.stream().sorted().collect(Collectors.joining(", "))));
    }
  }

  @Override
  public List<FloatBuffer> forward(Mat picture) {
    Buffers buffers = buffers(picture);
    opencv_dnn.blobFromImage(picture, buffers.blob);
    buffers.binding.run();
    return OUTPUTS.stream().map(buffers.binding::output).toList();
  }

  private Buffers buffers(Mat picture) {
    List<Integer> size = List.of(picture.rows(), picture.cols());
    Buffers known = sizes.get(size);
    if (known != null) {
      return known;
    }
    Iterator<Buffers> oldest = sizes.values().iterator();
    if (sizes.size() == MOST_SIZES) {
      oldest.next().close();
      oldest.remove();
    }
    Buffers fresh = fresh(picture);
    sizes.put(size, fresh);
    return fresh;
  }

  private Buffers fresh(Mat picture) {
    Map<String, long[]> shapes = new HashMap<>();
    for (int i = 0; i < OUTPUTS.size(); i++) {
      int depth = DEPTHS.get(i / STRIDES.size());
      int cells = YuNetNetwork.values(i, picture.cols(), picture.rows()) / depth;
      shapes.put(OUTPUTS.get(i), new long[] {1, cells, depth});
    }
    Mat blob = new Mat();
    try {
      opencv_dnn.blobFromImage(picture, blob);
      long[] shape = {1, 3, picture.rows(), picture.cols()};
      return new Buffers(blob, network.bind(blob.createBuffer(), shape, shapes));
    } catch (RuntimeException e) {
      blob.close();
      throw e;
    }
  }

  @Override
  public String engine() {
    String on = network.device() instanceof Device.Cuda ? " on " + network.device() : "";
    return DetectorEngine.ONNXRUNTIME + on;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sizes.values().forEach(Buffers::close);
      network.close();
    }
  }
}
