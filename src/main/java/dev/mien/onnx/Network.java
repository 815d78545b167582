package dev.mien.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network with one float input, opened on one device. Several threads may run it at once, each
 * with a buffer of its own; on the CPU a run takes one thread, so that many workers do not fight.
 * It is closed after the last run has ended.
 */
public final class Network implements AutoCloseable {
  /**
   * The key, in a network's metadata, under which stands how many bits its eight-bit weights use. 7
   * promises that none is beyond ±64 and that they meet unsigned eight-bit numbers only.
   */
  public static final String WEIGHT_BITS = "weight_bits";

  /** Name and version of what runs it. */
  public static final String RUNTIME = "ONNX Runtime " + Natives.VERSION;

  private static final Logger LOG = LoggerFactory.getLogger(Network.class);

  private final String name;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Device device;
  private final @Nullable String fallback;
  private final Tensor input;
  private final List<Tensor> outputs;
  private boolean closed;

  /**
   * Name and shape of an input or output; -1 is a size that each run decides.
   *
   * @param shape in the network's own order of axes
   */
  public record Tensor(String name, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /**
   * What one output of a run held.
   *
   * @param values in row-major order
   */
  @SuppressWarnings("ArrayRecordComponent") // Read at once and never compared; a list would box.
  public record Output(String name, List<Long> shape, float[] values) {
    public Output {
      shape = List.copyOf(shape);
    }
  }

  /**
   * Opens a network.
   *
   * @param name for messages
   * @param onnx the file's bytes; weights in other files are refused
   * @param asked where it should run; {@link Device#AUTO} falls back to the CPU, nothing else does
   * @throws NetworkException if the device is not usable or the network cannot be read
   */
  public static Network open(String name, byte[] onnx, Device asked) throws NetworkException {
    OrtEnvironment environment = Natives.environment();
    if (asked instanceof Device.Cuda cuda) {
      try {
        return open(environment, name, onnx, cuda, null);
      } catch (NetworkException e) {
        throw new NetworkException(
            "device %s is not usable: %s; --device cpu runs without it"
                .formatted(asked, e.getMessage()),
            e);
      }
    }
    String fallback = null;
    if (asked instanceof Device.Auto) {
      try {
        return open(environment, name, onnx, new Device.Cuda(0), null);
      } catch (NetworkException e) {
        fallback = e.getMessage();
        LOG.debug("{} runs on the CPU: {}", name, fallback);
      }
    }
    return open(environment, name, onnx, Device.CPU, fallback);
  }

  /**
   * The same network in standard operators, with constants worked out and normalisations drawn into
   * the products before them.
   *
   * @throws NetworkException if it cannot be read
   */
  public static byte[] simplified(String name, byte[] onnx) throws NetworkException {
    OrtEnvironment environment = Natives.environment();
    try {
      Path folder = Files.createTempDirectory("mien");
      Path file = folder.resolve("simplified.onnx");
      try (SessionOptions options = new SessionOptions()) {
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        options.setOptimizationLevel(SessionOptions.OptLevel.BASIC_OPT);
        options.setOptimizedModelFilePath(file.toString());
        environment.createSession(onnx, options).close();
        return Files.readAllBytes(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (OrtException | IOException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new NetworkException("%s cannot be simplified: %s".formatted(name, message), e);
    }
  }

  private static Network open(
      OrtEnvironment environment,
      String name,
      byte[] onnx,
      Device device,
      @Nullable String fallback)
      throws NetworkException {
    try {
      OrtSession session = Sessions.open(environment, onnx, device);
      try {
        return new Network(name, environment, session, device, fallback);
      } catch (OrtException | NetworkException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      if (message.matches("(?i).*external (data|initializer).*")) {
        throw new NetworkException(
            "%s has its weights in another file; ./mien models import puts them into one"
                .formatted(name),
            e);
      }
      throw new NetworkException(
          "%s cannot be opened on %s by ONNX Runtime: %s".formatted(name, device, message), e);
    }
  }

  private Network(
      String name,
      OrtEnvironment environment,
      OrtSession session,
      Device device,
      @Nullable String fallback)
      throws OrtException, NetworkException {
    this.name = name;
    this.environment = environment;
    this.session = session;
    this.device = device;
    this.fallback = fallback;
    List<Tensor> inputs = tensors(name, session.getInputInfo());
    if (inputs.size() != 1) {
      throw new NetworkException("%s has %d inputs, expected one".formatted(name, inputs.size()));
    }
    this.input = inputs.get(0);
    this.outputs = tensors(name, session.getOutputInfo());
  }

  private static List<Tensor> tensors(String network, Map<String, NodeInfo> nodes)
      throws NetworkException {
    List<Tensor> tensors = new ArrayList<>();
    for (NodeInfo node : nodes.values()) {
      if (!(node.getInfo() instanceof TensorInfo info) || info.type != OnnxJavaType.FLOAT) {
        throw new NetworkException(
            "%s: '%s' is %s, expected numbers of 32 bit (float32); ./mien models import makes them so"
                .formatted(network, node.getName(), kind(node)));
      }
      tensors.add(new Tensor(node.getName(), boxed(info.getShape())));
    }
    return tensors;
  }

  private static String kind(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo info
        ? "%s %s"
            .formatted(
                String.valueOf(info.onnxType)
                    .replaceFirst(".*_", "")
                    .toLowerCase(java.util.Locale.ROOT),
                Arrays.toString(info.getShape()))
        : "no tensor";
  }

  private static List<Long> boxed(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  public String name() {
    return name;
  }

  /** Where it runs: never {@link Device#AUTO}. */
  public Device device() {
    return device;
  }

  /** Why {@link Device#AUTO} did not take the GPU; empty if it did, or was not asked. */
  public Optional<String> fallback() {
    return Optional.ofNullable(fallback);
  }

  public Tensor input() {
    return input;
  }

  public List<Tensor> outputs() {
    return outputs;
  }

  /** One line for people: runtime and device, with the reason for a fallback. */
  public String describe() {
    return "%s on %s%s".formatted(RUNTIME, device, fallback == null ? "" : " (" + fallback + ")");
  }

  /** Why CUDA cannot be used on this machine, as far as that shows without trying; for doctor. */
  public static Optional<String> cudaObstacle() {
    return Cuda.obstacle();
  }

  /**
   * Runs the network once.
   *
   * @param values a direct buffer; the tensor is its first elements, whatever its position
   * @param shape of the tensor, in the network's order of axes
   * @throws IllegalStateException if the runtime refuses: the shape is wrong, or memory is out
   */
  public List<Output> run(FloatBuffer values, long... shape) {
    FloatBuffer tensor = values.duplicate().clear().limit(count(shape));
    try (OnnxTensor in = OnnxTensor.createTensor(environment, tensor, shape);
        OrtSession.Result result = session.run(Map.of(input.name(), in))) {
      List<Output> read = new ArrayList<>(outputs.size());
      for (Tensor output : outputs) {
        OnnxTensor out = (OnnxTensor) result.get(output.name()).orElseThrow();
        float[] floats = new float[Math.toIntExact(out.getInfo().getNumElements())];
        out.getFloatBuffer().get(floats);
        read.add(new Output(output.name(), boxed(out.getInfo().getShape()), floats));
      }
      return read;
    } catch (OrtException e) {
      throw new IllegalStateException(
          "%s failed on an input of %s: %s".formatted(name, Arrays.toString(shape), e.getMessage()),
          e);
    }
  }

  /**
   * Makes ready for many runs on inputs of one shape, without an allocation in each.
   *
   * @param values a direct buffer, read anew in each run; it must outlive the binding
   * @param shape of the input
   * @param outputs their shapes, by name; those that are not named are not computed
   * @throws IllegalStateException if the runtime refuses
   */
  public Binding bind(FloatBuffer values, long[] shape, Map<String, long[]> outputs) {
    return new Binding(this, environment, session, values, shape, outputs);
  }

  /** How many numbers a tensor of this shape has. */
  static int count(long... shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /**
   * Runs a network with a single output on a batch and gives a row for each of its items. A network
   * whose batch is fixed is run as often as that needs.
   *
   * @param values a direct buffer that holds the batch from its start
   * @param shape its first number is the batch
   */
  public float[][] runBatch(FloatBuffer values, long... shape) {
    int batch = Math.toIntExact(shape[0]);
    long fixed = input.shape().get(0);
    if (fixed <= 0 || fixed == batch) {
      return rows(run(values, shape), batch);
    }
    int step = Math.toIntExact(fixed);
    int item = count(Arrays.copyOfRange(shape, 1, shape.length));
    long[] part = shape.clone();
    part[0] = step;
    float[][] rows = new float[batch][];
    for (int at = 0; at < batch; at += step) {
      int count = Math.min(step, batch - at);
      FloatBuffer slice = values.duplicate().clear().position(at * item).slice();
      if (slice.capacity() < step * item) {
        throw new IllegalArgumentException(
            "%s takes %d at a time: the buffer has no room for the last of them"
                .formatted(name, step));
      }
      float[][] some = rows(run(slice, part), step);
      System.arraycopy(some, 0, rows, at, count);
    }
    return rows;
  }

  private float[][] rows(List<Output> outputs, int batch) {
    float[] values = outputs.get(0).values();
    if (values.length % batch != 0) {
      throw new IllegalStateException(
          "%s gave %d numbers for a batch of %d".formatted(name, values.length, batch));
    }
    int width = values.length / batch;
    float[][] rows = new float[batch][];
    for (int i = 0; i < batch; i++) {
      rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
    }
    return rows;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      session.close();
    } catch (OrtException e) {
      LOG.warn("{} was not closed cleanly: {}", name, e.getMessage());
    }
  }
}
