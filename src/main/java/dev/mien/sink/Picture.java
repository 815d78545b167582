package dev.mien.sink;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Pictures as files are: coded, and saved so that the file is whole whenever it is there. */
public final class Picture {
  private static final int JPEG_QUALITY = 92;

  private Picture() {}

  /**
   * @param image 8 bit BGR
   * @param file its ending says how it is coded: .jpg or .png
   */
  static void save(Mat image, Path file) throws SinkException {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.'));
    Path part = file.resolveSibling("." + name + ".part");
    try {
      Files.write(part, coded(image, ending, JPEG_QUALITY));
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      discard(part, e);
      throw SinkException.of(file.toString(), e);
    }
  }

  /**
   * The frame as a JPEG file.
   *
   * @param quality 1..100
   */
  public static byte[] jpeg(Frame frame, int quality) {
    return coded(frame.image(), ".jpg", quality);
  }

  private static byte[] coded(Mat image, String ending, int quality) {
    try (BytePointer coded = new BytePointer();
        IntPointer options =
            ending.equals(".jpg")
                ? new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)
                : new IntPointer()) {
      // The pointer is filled anew, and what it then holds belongs to it.
      opencv_imgcodecs.imencode(ending, image, coded, options);
      byte[] bytes = new byte[Math.toIntExact(coded.limit())];
      coded.get(bytes);
      return bytes;
    }
  }

  private static void discard(Path part, IOException reason) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
