package dev.mien.dataset;

import dev.mien.frame.Box;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One face with its label.
 *
 * @param picture the file
 * @param face where it is, in pixels of the picture; null where the picture as a whole is meant
 * @param label index into the labels of the dataset, or {@link #NO_LABEL}
 * @param part of the dataset that it belongs to: the folder inside the label's folder, {@link
 *     #DIFFICULT}, or empty
 */
public record Example(Path picture, @Nullable Box face, int label, String part) {
  /** A face that is there to be found, but whose label does not count. */
  public static final int NO_LABEL = -1;

  /** The part of the faces that Pascal VOC calls difficult. */
  public static final String DIFFICULT = "difficult";

  public Example(Path picture, @Nullable Box face, int label) {
    this(picture, face, label, "");
  }

  /** A picture in which there is no face. */
  static Example noFace(Path picture) {
    return new Example(picture, null, NO_LABEL);
  }

  /** Whether it says that there is no face in the picture. */
  public boolean isNoFace() {
    return face == null && label == NO_LABEL;
  }

  Example withLabel(int other) {
    return new Example(picture, face, other, part);
  }
}
