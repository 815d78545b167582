package dev.mien.command;

import dev.mien.model.Golden;
import dev.mien.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Answers that a network gave where it comes from: what is imported must give the same. */
record GivenGoldens(List<Path> pictures, List<List<Double>> answers) {
  /**
   * Reads the values of {@code --golden}.
   *
   * @throws IllegalArgumentException if one has no picture or not a probability for each label
   */
  static GivenGoldens parse(List<String> given, List<String> labels) {
    List<Path> pictures = new ArrayList<>();
    List<List<Double>> answers = new ArrayList<>();
    for (String one : given) {
      int equals = one.lastIndexOf('=');
      Path picture = Path.of(equals < 0 ? one : one.substring(0, equals));
      List<Double> answer = equals < 0 ? List.of() : numbers(one.substring(equals + 1));
      if (answer.size() != labels.size()) {
        throw new IllegalArgumentException(
            "--golden is '%s', expected PICTURE=P,P,..: a probability, 0..1, for each of %s"
                .formatted(one, String.join(", ", labels)));
      }
      if (!Files.isRegularFile(picture) || !Files.isReadable(picture)) {
        throw new IllegalArgumentException(
            "--golden: there is no file '%s' that can be read".formatted(picture));
      }
      pictures.add(picture);
      answers.add(answer);
    }
    return new GivenGoldens(pictures, answers);
  }

  private static List<Double> numbers(String text) {
    List<Double> numbers = new ArrayList<>();
    for (String number : text.split(",", -1)) {
      try {
        double value = Double.parseDouble(number.strip());
        if (!(value >= 0 && value <= 1)) {
          return List.of();
        }
        numbers.add(value);
      } catch (NumberFormatException e) {
        return List.of();
      }
    }
    return numbers;
  }

  /** Puts them beside those that are there. */
  void addTo(Map<String, byte[]> contents, List<String> labels) throws IOException {
    if (pictures.isEmpty()) {
      return;
    }
    List<Golden> all = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      String file = pictures.get(i).getFileName().toString().toLowerCase(Locale.ROOT);
      String name =
          "%sgiven-%d.%s"
              .formatted(Golden.FOLDER, i + 1, file.matches(".*[.]jpe?g") ? "jpg" : "png");
      contents.put(name, Files.readAllBytes(pictures.get(i)));
      all.add(new Golden(name, answers.get(i)));
    }
    all.addAll(made(contents, labels));
    contents.put(Golden.ANSWERS, Golden.answers(labels, all));
  }

  private static List<Golden> made(Map<String, byte[]> contents, List<String> labels)
      throws ModelException {
    return Golden.parse(
        Golden.ANSWERS, Objects.requireNonNull(contents.get(Golden.ANSWERS)), labels);
  }
}
