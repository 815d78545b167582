package dev.mien.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code card.yaml}. */
final class CardFile {
  static final String NAME = "card.yaml";

  private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE =
      new PropertyNamingStrategies.SnakeCaseStrategy();
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private CardFile() {}

  static Card read(Path file) throws ModelException {
    byte[] text;
    try {
      text = TextFile.read(file);
    } catch (IllegalArgumentException e) {
      throw new ModelException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    try {
      checkKeys(file, "", Card.class, YAML.readTree(text));
      Card card = YAML.readValue(text, Card.class);
      if (card == null) {
        throw new ModelException(file + " is empty; a card has at least task, licence, origin");
      }
      checkFiles(file, card);
      return card;
    } catch (JacksonException e) {
      throw new ModelException("%s: %s".formatted(file, explain(e)), e);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** All of them before the first is opened: a card may come from anybody. */
  private static void checkFiles(Path file, Card card) throws ModelException {
    for (String name : card.files().keySet()) {
      String obstacle =
          name.equalsIgnoreCase(NAME) ? "is the card itself" : Inside.obstacle(name).orElse(null);
      if (obstacle != null) {
        throw new ModelException(
            "%s: 'files' has the key '%s', which %s"
                .formatted(file, name.replaceAll("\\p{Cc}", "?"), obstacle));
      }
    }
  }

  static void write(Card card, Path file) throws IOException {
    Files.writeString(file, YAML.writeValueAsString(card));
  }

  private static String explain(JacksonException e) {
    String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
    if (e instanceof ValueInstantiationException bad && bad.getCause() != null) {
      String where = path(bad.getPath());
      return line + (where.isEmpty() ? "" : where + ": ") + firstLine(bad.getCause().getMessage());
    }
    if (e instanceof InvalidFormatException bad) {
      Class<?> type = bad.getTargetType();
      String expected =
          type.isEnum()
              ? "one of "
                  + Arrays.stream(type.getEnumConstants())
                      .map(c -> c.toString().toLowerCase(Locale.ROOT))
                      .collect(Collectors.joining(", "))
              : "a " + type.getSimpleName().toLowerCase(Locale.ROOT);
      return line
          + "'%s' is '%s', expected %s".formatted(path(bad.getPath()), bad.getValue(), expected);
    }
    if (e instanceof JsonMappingException bad) {
      String message = firstLine(bad.getOriginalMessage());
      String where = path(bad.getPath());
      return line
          + message.replaceFirst("Missing required creator property", "missing key")
          + (where.isEmpty() ? "" : " (at '" + where + "')");
    }
    return line + "not YAML: " + firstLine(((JsonProcessingException) e).getOriginalMessage());
  }

  /**
   * Refuses keys that no record has, and keys without a value. Jackson would complain of a missing
   * key where another is misspelt, and take an empty one for left out.
   */
  private static void checkKeys(Path file, String path, Class<?> type, JsonNode node)
      throws ModelException {
    Map<String, RecordComponent> known = new TreeMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      known.put(SNAKE.translate(component.getName()), component);
    }
    for (var entry : node.properties()) {
      String key = entry.getKey();
      String full = path + key;
      RecordComponent component = known.get(key);
      if (component == null) {
        String nearest =
            Collections.min(known.keySet(), Comparator.comparingInt(k -> distance(key, k)));
        throw new ModelException(
            "%s: unknown key '%s', the nearest known one is '%s'".formatted(file, full, nearest));
      }
      if (entry.getValue().isNull()) {
        throw new ModelException("%s: key '%s' has no value".formatted(file, full));
      }
      if (component.getType().isRecord()) {
        checkKeys(file, full + ".", component.getType(), entry.getValue());
      } else if (component.getGenericType() instanceof ParameterizedType list
          && list.getActualTypeArguments()[0] instanceof Class<?> item
          && item.isRecord()) {
        for (JsonNode element : entry.getValue()) {
          checkKeys(file, full + ".", item, element);
        }
      }
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("");
  }

  private static String path(List<JsonMappingException.Reference> path) {
    return path.stream()
        .map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex()))
        .collect(Collectors.joining("."));
  }

  /** Levenshtein's edit distance. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int swap = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(diagonal + swap, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
