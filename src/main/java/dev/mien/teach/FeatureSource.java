package dev.mien.teach;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a head looks at: the values somewhere in a network that stays as it is. Early layers know
 * edges and textures and are quick; late ones know what the network was made for.
 *
 * @param model the network, by name or folder
 * @param layer the name of a value in it; null means its output
 * @param size width and height that faces are brought to, in pixels; 0 means those of its card
 * @param rows the map of that layer is averaged over so many rows
 * @param columns and so many columns; where it is no map, they mean nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeatureSource(String model, @Nullable String layer, int size, int rows, int columns) {
  /** The features that come with Mien. */
  public static final FeatureSource DEFAULT = new FeatureSource("features", null, 0, 1, 1);

  @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
  public FeatureSource {
    model = model == null ? "features" : model;
    rows = rows == 0 ? 1 : rows;
    columns = columns == 0 ? 1 : columns;
    if (size != 0 && (size < 32 || size > 512)) {
      throw new IllegalArgumentException("size of features is 32..512, found " + size);
    }
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "rows and columns of features are 1 and more, found %d and %d".formatted(rows, columns));
    }
  }
}
