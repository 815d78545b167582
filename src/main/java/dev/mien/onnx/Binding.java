package dev.mien.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Input and outputs of one shape, allocated once and used in every run. For one thread; closed
 * before its network.
 */
public final class Binding implements AutoCloseable {
  private final Network network;
  private final OrtSession session;
  private final long[] shape;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> outputs = new HashMap<>();
  private final Map<String, FloatBuffer> values = new HashMap<>();

  /**
   * @param input a direct buffer of as many numbers as the shape has
   * @param shapes of the outputs, by name
   */
  Binding(
      Network network,
      OrtEnvironment environment,
      OrtSession session,
      FloatBuffer input,
      long[] shape,
      Map<String, long[]> shapes) {
    this.network = network;
    this.session = session;
    this.shape = shape.clone();
    try {
      inputs.put(network.input().name(), OnnxTensor.createTensor(environment, input, shape));
      for (Map.Entry<String, long[]> output : shapes.entrySet()) {
        FloatBuffer buffer =
            ByteBuffer.allocateDirect(Network.count(output.getValue()) * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        values.put(output.getKey(), buffer);
        outputs.put(
            output.getKey(), OnnxTensor.createTensor(environment, buffer, output.getValue()));
      }
    } catch (OrtException e) {
      close();
      throw failure(e);
    }
  }

  /** The numbers of an output, row-major; those of the last run, until the next one. */
  public FloatBuffer output(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  /**
   * Reads the input's buffer and fills those of the outputs.
   *
   * @throws IllegalStateException if the runtime refuses: a shape is wrong, or memory is out
   */
  public void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  private IllegalStateException failure(OrtException e) {
    return new IllegalStateException(
        "%s failed on an input of %s: %s"
            .formatted(network.name(), Arrays.toString(shape), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
  }
}
