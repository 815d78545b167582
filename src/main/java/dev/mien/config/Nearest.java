package dev.mien.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Nearest {
  /** More changes than a third of the word make another word. */
  private static final int SHARE = 3;

  private Nearest() {}

  static Optional<String> of(String word, List<String> known) {
    return known.stream()
        .filter(k -> distance(word, k) <= Math.max(word.length(), k.length()) / SHARE)
        .min(Comparator.comparingInt(k -> distance(word, k)));
  }

  /** How many letters have to be changed, added or left out (Levenshtein 1966). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
