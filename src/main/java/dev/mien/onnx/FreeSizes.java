package dev.mien.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.util.HashSet;
import java.util.Set;

/**
 * Makes height and width of a network's pictures free. Convolutions take any size, but exporters
 * write down the one that they saw, and ONNX Runtime then refuses every other.
 */
public final class FreeSizes {
  /** Numbers of fields in onnx.proto. */
  private static final int GRAPH = 7;

  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;
  private static final int VALUE_INFO = 13;
  private static final int TENSOR_NAME = 8;
  private static final int NAME = 1;
  private static final int TYPE = 2;
  private static final int TENSOR_TYPE = 1;
  private static final int SHAPE = 2;
  private static final int DIMENSION = 1;
  private static final int DIMENSION_PARAM = 2;

  private static final int PICTURE_AXES = 4;

  private FreeSizes() {}

  /**
   * The same network with inputs of 1 x channels x any height x any width, and with outputs whose
   * shapes follow from that.
   *
   * @param name for messages
   * @throws NetworkException if it is no ONNX
   */
  public static byte[] of(String name, byte[] onnx) throws NetworkException {
    try {
      return in(parse(onnx), GRAPH, FreeSizes::graph).toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new NetworkException(name + " is not an ONNX file", e);
    }
  }

  @FunctionalInterface
  private interface Change {
    UnknownFieldSet of(UnknownFieldSet message) throws InvalidProtocolBufferException;
  }

  private static UnknownFieldSet graph(UnknownFieldSet graph)
      throws InvalidProtocolBufferException {
    Set<ByteString> constants = new HashSet<>();
    for (ByteString tensor : graph.getField(INITIALIZER).getLengthDelimitedList()) {
      constants.addAll(parse(tensor).getField(TENSOR_NAME).getLengthDelimitedList());
    }
    UnknownFieldSet inputs =
        in(graph, INPUT, value -> constants.contains(name(value)) ? value : tensor(value, true));
    UnknownFieldSet both = in(inputs, OUTPUT, value -> tensor(value, false));
    return both.toBuilder().clearField(VALUE_INFO).build();
  }

  private static ByteString name(UnknownFieldSet value) {
    return value.getField(NAME).getLengthDelimitedList().stream()
        .findFirst()
        .orElse(ByteString.EMPTY);
  }

  private static UnknownFieldSet tensor(UnknownFieldSet value, boolean picture)
      throws InvalidProtocolBufferException {
    return in(
        value,
        TYPE,
        type ->
            in(
                type,
                TENSOR_TYPE,
                tensor ->
                    picture
                        ? in(tensor, SHAPE, FreeSizes::free)
                        : tensor.toBuilder().clearField(SHAPE).build()));
  }

  private static UnknownFieldSet free(UnknownFieldSet shape) {
    Field sizes = shape.getField(DIMENSION);
    if (sizes.getLengthDelimitedList().size() != PICTURE_AXES) {
      return shape;
    }
    Field.Builder free = Field.newBuilder();
    for (int i = 0; i < PICTURE_AXES; i++) {
      free.addLengthDelimited(
          i < 2 ? sizes.getLengthDelimitedList().get(i) : parameter(i == 2 ? "height" : "width"));
    }
    return shape.toBuilder().clearField(DIMENSION).addField(DIMENSION, free.build()).build();
  }

  private static ByteString parameter(String name) {
    Field text = Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8(name)).build();
    return UnknownFieldSet.newBuilder().addField(DIMENSION_PARAM, text).build().toByteString();
  }

  /** The message with every message of this field changed. */
  private static UnknownFieldSet in(UnknownFieldSet message, int field, Change change)
      throws InvalidProtocolBufferException {
    Field.Builder changed = Field.newBuilder();
    for (ByteString bytes : message.getField(field).getLengthDelimitedList()) {
      changed.addLengthDelimited(change.of(parse(bytes)).toByteString());
    }
    return message.toBuilder().clearField(field).addField(field, changed.build()).build();
  }

  private static UnknownFieldSet parse(byte[] bytes) throws InvalidProtocolBufferException {
    return UnknownFieldSet.parseFrom(bytes);
  }

  private static UnknownFieldSet parse(ByteString bytes) throws InvalidProtocolBufferException {
    return UnknownFieldSet.parseFrom(bytes);
  }
}
