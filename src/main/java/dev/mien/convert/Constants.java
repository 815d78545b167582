package dev.mien.convert;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Constants of an ONNX graph, read and made. */
final class Constants {
  private Constants() {}

  /** The values of a tensor of floats, wherever it keeps them. */
  static float[] floats(TensorProto tensor) {
    float[] values;
    if (tensor.hasRawData()) {
      FloatBuffer raw =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      values = new float[raw.remaining()];
      raw.get(values);
    } else {
      values = new float[tensor.getFloatDataCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.getFloatData(i);
      }
    }
    return values;
  }

  static TensorProto floats(String name, float... values) {
    ByteBuffer bytes = bytes(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return constant(name, TensorProto.DataType.FLOAT, bytes, shape(values.length));
  }

  static TensorProto ints(String name, int[] values) {
    ByteBuffer bytes = bytes(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return constant(name, TensorProto.DataType.INT32, bytes, values.length);
  }

  static TensorProto bytes(
      String name, TensorProto.DataType type, byte[] values, Iterable<Long> shape) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.getNumber())
        .addAllDims(shape)
        .setRawData(ByteString.copyFrom(values))
        .build();
  }

  private static long[] shape(int length) {
    return length == 1 ? new long[0] : new long[] {length};
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorProto constant(
      String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor.build();
  }
}
