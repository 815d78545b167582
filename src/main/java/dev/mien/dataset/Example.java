package dev.mien.dataset;

import dev.mien.frame.Box;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One face with its label.
 *
 * @param picture the file
 * @param face where it is, in pixels of the picture; null where the picture as a whole is meant
 * @param label index into the labels of the dataset, or {@link #NO_LABEL}
 * @param part of the dataset that it belongs to: the folder inside the label's folder, {@link
 *     #DIFFICULT}, or empty
 * @param votes what people said, of whom most named the label; null where one label is all that is
 *     known
 */
public record Example(
    Path picture, @Nullable Box face, int label, String part, @Nullable Votes votes) {
  /** A face that is there to be found, but whose label does not count. */
  public static final int NO_LABEL = -1;

  /** The part of the faces that Pascal VOC calls difficult. */
  public static final String DIFFICULT = "difficult";

  public Example(Path picture, @Nullable Box face, int label) {
    this(picture, face, label, "");
  }

  public Example(Path picture, @Nullable Box face, int label, String part) {
    this(picture, face, label, part, null);
  }

  /** A picture in which there is no face. */
  static Example noFace(Path picture) {
    return new Example(picture, null, NO_LABEL);
  }

  /** Whether it says that there is no face in the picture. */
  public boolean isNoFace() {
    return face == null && label == NO_LABEL;
  }

  /** Whether people agree on no label, so that no answer is right or wrong. */
  public boolean isTied() {
    return votes != null && votes.tied();
  }

  Example ordered(List<String> from, List<String> to) {
    return label < 0
        ? this
        : new Example(
            picture,
            face,
            to.indexOf(from.get(label)),
            part,
            votes == null ? null : votes.ordered(from, to));
  }
}
