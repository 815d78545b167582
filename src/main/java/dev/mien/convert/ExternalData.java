package dev.mien.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mien.model.Inside;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Takes the weights that an ONNX file keeps in files beside it into the file. */
public final class ExternalData {
  /** What protobuf takes for one message, with room for all that is not weights. */
  private static final long MOST = (1L << 31) - (16 << 20);

  private final Path file;
  private final Map<String, byte[]> contents = new HashMap<>();

  private ExternalData(Path file) {
    this.file = file;
  }

  /**
   * The same network in one piece.
   *
   * @param file beside it are the files; all their names are checked before one is read
   * @throws ConvertException if a name leads elsewhere, or a file is missing or too short
   */
  public static byte[] inlined(Path file, byte[] onnx) throws IOException {
    ModelProto.Builder model = Protos.parse(file, onnx).toBuilder();
    List<TensorProto.Builder> outside = new ArrayList<>();
    collect(model.getGraphBuilder(), outside);
    if (outside.isEmpty()) {
      return onnx;
    }
    ExternalData data = new ExternalData(file);
    for (TensorProto.Builder tensor : outside) {
      data.check(tensor);
    }
    for (TensorProto.Builder tensor : outside) {
      data.take(tensor);
    }
    return model.build().toByteArray();
  }

  private static void collect(GraphProto.Builder graph, List<TensorProto.Builder> outside) {
    graph.getInitializerBuilderList().forEach(t -> collect(t, outside));
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasT()) {
          collect(attribute.getTBuilder(), outside);
        }
        attribute.getTensorsBuilderList().forEach(t -> collect(t, outside));
        if (attribute.hasG()) {
          collect(attribute.getGBuilder(), outside);
        }
        attribute.getGraphsBuilderList().forEach(g -> collect(g, outside));
      }
    }
  }

  private static void collect(TensorProto.Builder tensor, List<TensorProto.Builder> outside) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      outside.add(tensor);
    }
  }

  private static String entry(TensorProto.Builder tensor, String key, String otherwise) {
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals(key)) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  private static String location(TensorProto.Builder tensor) {
    return entry(tensor, "location", "").replaceFirst("^[.]/", "");
  }

  private void check(TensorProto.Builder tensor) throws ConvertException {
    String location = location(tensor);
    Optional<String> obstacle = Inside.obstacle(location);
    if (obstacle.isPresent()) {
      throw new ConvertException(
          "%s: the file '%s' of its weights %s"
              .formatted(file, location.replaceAll("\\p{Cc}", "?"), obstacle.get()));
    }
  }

  private void take(TensorProto.Builder tensor) throws ConvertException {
    String location = location(tensor);
    byte[] all = contents.get(location);
    if (all == null) {
      Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      try {
        all = Inside.read(folder, location, MOST);
      } catch (IOException e) {
        throw new ConvertException(
            "%s: the file '%s' of its weights %s; it belongs beside it"
                .formatted(file, location, Inside.reason(e)),
            e);
      }
      contents.put(location, all);
    }
    long offset = number(tensor, "offset", 0);
    long length = number(tensor, "length", all.length - offset);
    if (offset < 0 || length < 0 || offset > all.length - length) {
      throw new ConvertException(
          "%s: '%s' of its weights has %d bytes, but '%s' is at %d to %d"
              .formatted(file, location, all.length, tensor.getName(), offset, offset + length));
    }
    tensor
        .clearExternalData()
        .clearDataLocation()
        .setRawData(ByteString.copyFrom(all, (int) offset, (int) length));
  }

  private long number(TensorProto.Builder tensor, String key, long otherwise)
      throws ConvertException {
    String text = entry(tensor, key, String.valueOf(otherwise));
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ConvertException(
          "%s: the %s of '%s' is '%s', no number".formatted(file, key, tensor.getName(), text), e);
    }
  }
}
