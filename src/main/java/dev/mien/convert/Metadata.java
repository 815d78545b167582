package dev.mien.convert;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What files of networks say about themselves. */
public final class Metadata {
  /** {@code {0: 'cat', 1: "dog"}}, as Ultralytics writes it. */
  private static final Pattern NAME = Pattern.compile("(\\d+)\\s*:\\s*(?:'([^']*)'|\"([^\"]*)\")");

  private static final String TEACHABLE = "@teachablemachine/image";

  private Metadata() {}

  /**
   * The labels in an ONNX file, in the order of its outputs; none if it names none. The keys are
   * {@code names} (Ultralytics) and {@code labels} (OpenVINO: separated by spaces).
   */
  public static List<String> labels(Path file, byte[] onnx) throws ConvertException {
    ModelProto model = Protos.parse(file, onnx);
    List<String> labels = new ArrayList<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      if (entry.getKey().equals("names")) {
        Matcher names = NAME.matcher(entry.getValue());
        while (names.find()) {
          labels.add(names.group(2) != null ? names.group(2) : names.group(3));
        }
      } else if (entry.getKey().equals("labels") && labels.isEmpty()) {
        labels.addAll(List.of(entry.getValue().strip().split("\\s+")));
      }
    }
    return labels;
  }

  /** The labels of Teachable Machine's {@code metadata.json}, in the order of the outputs. */
  public static List<String> teachableLabels(Path metadata) throws IOException {
    List<String> labels = new ArrayList<>();
    for (JsonNode label : read(metadata).path("labels")) {
      labels.add(label.asText());
    }
    return labels;
  }

  /** Whether a file is the {@code metadata.json} of an image model of Teachable Machine. */
  public static boolean isTeachable(Path metadata) throws IOException {
    return Files.isRegularFile(metadata, LinkOption.NOFOLLOW_LINKS)
        && read(metadata).path("packageName").asText().equals(TEACHABLE);
  }

  private static JsonNode read(Path file) throws IOException {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new ConvertException("%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }
}
