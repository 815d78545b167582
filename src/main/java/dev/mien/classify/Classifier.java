package dev.mien.classify;

import dev.mien.face.Classification;
import java.util.List;

/** Says what a model thinks of faces. For one thread at a time. */
public interface Classifier extends AutoCloseable {
  /** One answer a crop, in the same order; none for none, without asking the model. */
  List<Classification> classify(List<Crop> crops);

  /** Closing twice is safe; nothing is thrown. */
  @Override
  void close();
}
