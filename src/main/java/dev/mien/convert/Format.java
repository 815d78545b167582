package dev.mien.convert;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** What a file that is no ONNX is, and how its owner makes one of it. */
public final class Format {
  private static final String PYTORCH =
      "; it is PyTorch: torch.onnx.export(model, example, 'model.onnx') in Python writes ONNX";

  private Format() {}

  /** A sentence to follow another, with the command that converts it; empty for an unknown one. */
  public static String advice(Path file, byte[] start) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (begins(start, 0, "\u0089HDF")) {
      return keras("a Keras file of the older kind (HDF5)", file);
    }
    if (name.endsWith(".keras")) {
      return keras("a Keras file", file);
    }
    if (begins(start, 4, "TFL3")) {
      return "; it is TensorFlow Lite: pip install tf2onnx, then python -m tf2onnx.convert --tflite"
          + " %s --output model.onnx".formatted(file);
    }
    if (name.matches(".*[.](pt|pth|ckpt)") || begins(start, 0, "\u0080\u0002")) {
      return PYTORCH;
    }
    if (name.endsWith(".pb")) {
      return savedModel(file.resolveSibling("."));
    }
    if (begins(start, 0, "PK")) {
      return "; it is a zip archive";
    }
    return begins(start, 0, "version https://git-lfs")
        ? "; it is a pointer of Git LFS: git lfs pull gets the file"
        : "";
  }

  /** Of a folder, or of the inside of an archive, without a network that can be read. */
  public static String advice(Path folder, Path named) {
    if (has(folder, "saved_model.pb")) {
      return savedModel(named);
    }
    if (has(folder, "config.json") && has(folder, "model.weights.h5")) {
      return keras("a Keras file", named);
    }
    return has(folder, "data.pkl") ? PYTORCH : "";
  }

  private static boolean has(Path folder, String name) {
    return Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  private static String keras(String what, Path file) {
    return "; it is %s: pip install tensorflow tf2onnx, then python -c \"import keras; keras.models.load_model('%s').export('saved')\" and python -m tf2onnx.convert --saved-model saved --output model.onnx"
        .formatted(what, file);
  }

  private static String savedModel(Path folder) {
    return "; it is a SavedModel of TensorFlow: pip install tf2onnx, then python -m tf2onnx.convert"
        + " --saved-model %s --output model.onnx".formatted(folder);
  }

  private static boolean begins(byte[] start, int at, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
    return start.length >= at + wanted.length
        && Arrays.equals(start, at, at + wanted.length, wanted, 0, wanted.length);
  }
}
