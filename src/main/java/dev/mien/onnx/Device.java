package dev.mien.onnx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a network runs on, or is asked to. */
public sealed interface Device {
  /** The first GPU where it is usable, the CPU elsewhere. Nothing ever runs "on auto". */
  Device AUTO = new Auto();

  Device CPU = new Cpu();

  /** See {@link #AUTO}. */
  record Auto() implements Device {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /** The processor, one thread a network. */
  record Cpu() implements Device {
    @Override
    public String toString() {
      return "cpu";
    }
  }

  /** An NVIDIA GPU. */
  record Cuda(int index) implements Device {
    @Override
    public String toString() {
      return "cuda:" + index;
    }
  }

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static Device parse(String text) {
    if (text.equals("auto")) {
      return AUTO;
    }
    if (text.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = Pattern.compile("cuda(?::(\\d{1,3}))?").matcher(text);
    if (cuda.matches()) {
      String index = cuda.group(1);
      return new Cuda(index == null ? 0 : Integer.parseInt(index));
    }
    throw new IllegalArgumentException("device is auto, cpu, cuda or cuda:N, found '" + text + "'");
  }
}
