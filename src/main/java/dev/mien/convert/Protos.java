package dev.mien.convert;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;

/** ONNX files as messages. */
final class Protos {
  private Protos() {}

  /**
   * @param file for messages
   */
  static ModelProto parse(Path file, byte[] onnx) throws ConvertException {
    ModelProto model;
    try {
      model = ModelProto.parseFrom(onnx);
    } catch (InvalidProtocolBufferException e) {
      throw new ConvertException(
          "%s is no ONNX file, or a damaged one%s".formatted(file, Format.advice(file, onnx)), e);
    }
    if (!model.hasGraph() || model.getGraph().getOutputCount() == 0) {
      throw new ConvertException(
          "%s is no ONNX file: it has no network%s".formatted(file, Format.advice(file, onnx)));
    }
    return model;
  }
}
