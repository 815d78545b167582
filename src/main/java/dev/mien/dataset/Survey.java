package dev.mien.dataset;

import dev.mien.frame.Size;
import dev.mien.source.SourceException;
import dev.mien.source.Still;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_img_hash;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * What reading every picture of a dataset once has shown, before any work begins.
 *
 * @param usable the dataset without the pictures that cannot be read
 * @param prints of the pictures that can be, by path
 * @param findings what is wrong, the worst first
 */
public record Survey(Dataset usable, Map<Path, Print> prints, List<Finding> findings) {
  /** A label with fewer pictures is found wanting. */
  public static final int FEWEST = 10;

  /**
   * What is known of one picture.
   *
   * @param sha256 of the file
   * @param look to find copies by
   * @param mirrored the look of its mirror image
   */
  public record Print(Size size, String sha256, PerceptualHash look, PerceptualHash mirrored) {}

  private static final int JPEG_START = 0xd8;
  private static final int JPEG_END = 0xd9;
  private static final int JPEG_SCAN = 0xda;

  private record Read(Path picture, Optional<Print> print, String trouble) {}

  public Survey {
    prints = Collections.unmodifiableMap(new TreeMap<>(prints));
    findings = List.copyOf(findings);
  }

  /**
   * Decodes every picture, on all cores.
   *
   * @param progress hears how many pictures are done, from any thread
   */
  public static Survey of(Dataset dataset, IntConsumer progress) {
    Still.prepare();
    Loader.load(opencv_img_hash.class);
    AtomicInteger done = new AtomicInteger();
    Map<Path, List<Example>> pictures = dataset.byPicture();
    List<Read> all =
        List.copyOf(pictures.keySet()).parallelStream()
            .map(
                p -> {
                  Read read = read(p);
                  progress.accept(done.incrementAndGet());
                  return read;
                })
            .toList();
    Map<Path, Print> prints = new TreeMap<>();
    List<Finding> corrupt = new ArrayList<>();
    for (Read read : all) {
      read.print()
          .ifPresentOrElse(
              print -> prints.put(read.picture(), print),
              () -> corrupt.add(new Finding.Corrupt(read.picture(), read.trouble())));
    }
    Dataset usable =
        new Dataset(
            dataset.labels(),
            dataset.examples().stream().filter(e -> prints.containsKey(e.picture())).toList());
    List<Finding> findings = new ArrayList<>();
    oneLabel(usable, findings);
    tooFew(usable, findings);
    findings.addAll(corrupt);
    twoLabels(usable, prints, findings);
    return new Survey(usable, prints, findings);
  }

  private static Read read(Path picture) {
    try {
      byte[] bytes = Files.readAllBytes(picture);
      if (endless(bytes)) {
        return new Read(picture, Optional.empty(), picture + ": the end of the picture is missing");
      }
      try (Mat image = Still.read(picture)) {
        PerceptualHash.Pair look = PerceptualHash.of(image);
        Size size = new Size(image.cols(), image.rows());
        Print print = new Print(size, sha256(bytes), look.own(), look.mirrored());
        return new Read(picture, Optional.of(print), "");
      }
    } catch (SourceException e) {
      return new Read(picture, Optional.empty(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Read(picture, Optional.empty(), picture + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Whether it is a JPEG whose last scan has no end, of which the decoder would make up the rest.
   * Within a scan 0xFF is no marker unless it is one (ITU T.81, B.1.1.2 and B.1.1.5).
   */
  private static boolean endless(byte[] bytes) {
    return bytes.length > 2
        && marker(bytes, 0, JPEG_START)
        && last(bytes, JPEG_END) < last(bytes, JPEG_SCAN);
  }

  private static int last(byte[] bytes, int marker) {
    int at = bytes.length - 2;
    while (at >= 0 && !marker(bytes, at, marker)) {
      at--;
    }
    return at;
  }

  private static boolean marker(byte[] bytes, int at, int marker) {
    return (bytes[at] & 0xff) == 0xff && (bytes[at + 1] & 0xff) == marker;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static void oneLabel(Dataset usable, List<Finding> findings) {
    if (usable.labels().size() == 1) {
      // The usual slip is the folder above the one that was meant.
      List<String> inside =
          usable.examples().stream()
              .filter(e -> e.face() == null)
              .map(Example::part)
              .distinct()
              .sorted()
              .toList();
      String label = usable.labels().get(0);
      findings.add(
          new Finding.OneLabel(
              label,
              inside.size() < 2
                  ? ""
                  : "; are the folders in it (%s) the labels?"
                      .formatted(inside.stream().limit(5).collect(Collectors.joining(", ")))));
    }
  }

  private static void tooFew(Dataset usable, List<Finding> findings) {
    int[] counts = usable.counts();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < FEWEST) {
        findings.add(new Finding.TooFew(usable.labels().get(i), counts[i], FEWEST));
      }
    }
  }

  private static void twoLabels(Dataset usable, Map<Path, Print> prints, List<Finding> findings) {
    Map<String, List<Example>> same = new TreeMap<>();
    for (Example example : usable.examples()) {
      @Nullable Print print = prints.get(example.picture());
      if (example.face() == null && print != null) {
        same.computeIfAbsent(print.sha256(), s -> new ArrayList<>()).add(example);
      }
    }
    for (List<Example> copies : same.values()) {
      TreeSet<String> labels = new TreeSet<>();
      copies.forEach(e -> labels.add(usable.labels().get(e.label())));
      if (labels.size() > 1) {
        findings.add(
            new Finding.TwoLabels(
                copies.stream().map(Example::picture).sorted().toList(), List.copyOf(labels)));
      }
    }
  }
}
