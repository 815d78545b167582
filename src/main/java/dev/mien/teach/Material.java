package dev.mien.teach;

import dev.mien.dataset.Dataset;
import dev.mien.dataset.DatasetException;
import dev.mien.dataset.Example;
import dev.mien.dataset.Finding;
import dev.mien.dataset.Findings;
import dev.mien.dataset.Groups;
import dev.mien.dataset.Split;
import dev.mien.dataset.Survey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a model learns from and what measures it, looked through before any work begins.
 *
 * @param training at least two labels
 * @param validation none of its photos has a copy in the training
 * @param groups of pictures that must stay together
 * @param sha256 of all pictures and labels, so that two trainings can be compared
 */
public record Material(Dataset training, Dataset validation, Groups groups, String sha256) {
  private static final int NAMED = 5;

  /** Is told how many pictures of all have been read. */
  public interface Reading {
    void read(int done, int all);
  }

  /**
   * Reads all pictures once.
   *
   * @param root where the recipe's folders are
   * @param tell hears of each thing that is wrong and can be lived with, in one line
   * @throws DatasetException if it cannot be learnt from
   */
  public static Material of(Recipe recipe, Path root, Consumer<String> tell, Reading progress)
      throws DatasetException {
    Dataset data = open(recipe, recipe.data(), root, tell);
    Survey survey = checked(survey(data, progress), tell);
    List<Pattern> patterns = recipe.together().stream().map(Pattern::compile).toList();
    if (recipe.validation().isEmpty()) {
      Groups groups = Groups.of(survey, patterns);
      Split split = Split.of(survey.usable(), groups, recipe.share(), recipe.learning().seed());
      someOfEach(split.validation());
      return new Material(split.training(), split.validation(), groups, hash(List.of(survey)));
    }
    Dataset looked =
        open(recipe, recipe.validation(), root, tell).ordered(survey.usable().labels());
    Survey second = checked(survey(looked, progress), tell);
    Groups groups = together(survey, second, patterns);
    Dataset unseen = unseen(survey, second, groups);
    tellCopies(second.usable(), unseen, tell);
    someOfEach(unseen);
    return new Material(survey.usable(), unseen, groups, hash(List.of(survey, second)));
  }

  /** What of the second has nothing that belongs together with it in the first. */
  private static Dataset unseen(Survey learnt, Survey looked, Groups groups) {
    Set<Integer> taken =
        learnt.prints().keySet().stream().map(groups::of).collect(Collectors.toSet());
    return keep(looked.usable(), e -> !taken.contains(groups.of(e.picture())));
  }

  private static Groups together(Survey learnt, Survey looked, List<Pattern> patterns) {
    Map<Path, Survey.Print> all = new HashMap<>(learnt.prints());
    all.putAll(looked.prints());
    return Groups.of(new Survey(looked.usable(), all, List.of()), patterns);
  }

  private static Survey survey(Dataset dataset, Reading progress) {
    int all = dataset.byPicture().size();
    return Survey.of(dataset, n -> progress.read(n, all));
  }

  private static Dataset open(
      Recipe recipe, List<Recipe.Folder> folders, Path root, Consumer<String> tell)
      throws DatasetException {
    List<String> labels = new ArrayList<>();
    List<Example> examples = new ArrayList<>();
    Dataset all = new Dataset(labels, examples);
    for (Recipe.Folder folder : folders) {
      Dataset one = Dataset.open(root.resolve(folder.folder()), folder.map());
      new TreeMap<>(one.leftOut())
          .forEach(
              (label, n) ->
                  tell.accept(
                      "%s: %d pictures left out, of which most people said '%s'"
                          .formatted(folder.folder(), n, label)));
      all = all.and(folder.most() > 0 ? thinned(one, folder.most()) : one);
    }
    return recipe.labels().isEmpty() ? all : all.ordered(recipe.labels());
  }

  /** Evenly over the names, so that no run of similar ones is all there is. */
  private static Dataset thinned(Dataset dataset, int most) {
    int[] counts = dataset.counts();
    Map<Integer, Integer> seen = new HashMap<>();
    return new Dataset(
        dataset.labels(),
        dataset.examples().stream()
            .filter(
                e -> {
                  if (e.label() < 0 || counts[e.label()] <= most) {
                    return true;
                  }
                  long before = seen.merge(e.label(), 1, Integer::sum) - 1L;
                  long count = counts[e.label()];
                  return before * most / count != (before + 1) * most / count;
                })
            .toList());
  }

  private static Survey checked(Survey survey, Consumer<String> tell) throws DatasetException {
    Set<Path> twice = new HashSet<>();
    for (Finding finding : survey.findings()) {
      if (finding instanceof Finding.OneLabel || finding instanceof Finding.TooFew) {
        throw new DatasetException(finding.message());
      }
      if (finding instanceof Finding.TwoLabels two) {
        twice.addAll(two.pictures());
      }
    }
    Findings.lines(survey.findings(), f -> f.message() + "; left out").forEach(tell);
    Dataset usable = keep(survey.usable(), e -> !twice.contains(e.picture()));
    int[] counts = usable.counts();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < Survey.FEWEST) {
        throw new DatasetException(
            "label '%s' has %d pictures that are under no other label, expected %d or more"
                .formatted(usable.labels().get(i), counts[i], Survey.FEWEST));
      }
    }
    return new Survey(usable, survey.prints(), List.of());
  }

  private static Dataset keep(Dataset dataset, Predicate<Example> wanted) {
    return new Dataset(dataset.labels(), dataset.examples().stream().filter(wanted).toList());
  }

  /** Of many copies the first few show which folders are mixed up. */
  private static void tellCopies(Dataset before, Dataset after, Consumer<String> tell) {
    Set<Path> copies = new TreeSet<>(before.byPicture().keySet());
    copies.removeAll(after.byPicture().keySet());
    if (copies.isEmpty()) {
      return;
    }
    String first =
        copies.stream().limit(NAMED).map(Path::toString).collect(Collectors.joining(", "));
    int more = copies.size() - NAMED;
    tell.accept(
        "copies of what is learnt from, so left out of the validation: "
            + first
            + (more > 0 ? " and " + more + " more" : ""));
  }

  /** What is not measured has no figure. */
  private static void someOfEach(Dataset validation) throws DatasetException {
    int[] counts = validation.counts();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        throw new DatasetException(
            "there is no picture of '%s' to measure with: each is a copy of one that is learnt from,"
                    .formatted(validation.labels().get(i))
                + " or belongs together with it; name a folder of others with --val");
      }
    }
  }

  private static String sha256(Survey survey, Example example) {
    Survey.Print print = survey.prints().get(example.picture());
    return print == null ? "" : print.sha256();
  }

  private static String hash(List<Survey> surveys) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    for (Survey survey : surveys) {
      for (Example example : survey.usable().examples()) {
        String line = sha256(survey, example) + " " + example.face() + " " + example.label();
        String votes = example.votes() == null ? "" : " " + example.votes().shares();
        digest.update((line + votes + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
