package dev.mien.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mien.model.TextFile;
import dev.mien.session.Wishes;
import dev.mien.sink.Recording;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The file as it is written: what is left out is null. */
record ConfigFile(
    @Nullable Models models,
    @Nullable String page,
    @Nullable Camera defaults,
    @Nullable Map<String, Camera> cameras) {
  record Models(
      @Nullable String detector,
      @Nullable List<String> classify,
      @Nullable String engine,
      @Nullable String device,
      @Nullable Double conf,
      @Nullable String effort,
      @Nullable String hide) {
    static final Models NOTHING = new Models(null, null, null, null, null, null, null);
  }

  record Camera(
      @Nullable String source,
      @Nullable String user,
      @Nullable String password,
      @Nullable List<String> to,
      @Nullable String maxAge,
      @Nullable Boolean loop,
      @Nullable String detector,
      @Nullable List<String> classify,
      @Nullable Double conf,
      @Nullable String effort,
      @Nullable String hide,
      @Nullable String segment,
      @Nullable String keep,
      @Nullable String keepSize) {
    static final Camera NOTHING =
        new Camera(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** Makes settings of it. */
  static final class Reader {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._-]{0,63}");

    /** An address that may have user and password, and has none. */
    private static final Pattern WITHOUT_USER = Pattern.compile("[A-Za-z]+://[^/@]*(?:/.*)?");

    private static final ObjectMapper YAML =
        new YAMLMapper(
                YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    private final SecretReferences secrets;
    private List<String> lines = List.of();

    Reader(Path file, SecretReferences secrets) {
      this.file = file;
      this.secrets = secrets;
    }

    Settings read() {
      try {
        String text = text();
        lines = text.lines().toList();
        boolean empty = YAML.readTree(text).isEmpty();
        return settings(
            empty
                ? new ConfigFile(null, null, null, null)
                : YAML.readValue(text, ConfigFile.class));
      } catch (JsonMappingException e) {
        throw mismatch(e);
      } catch (JsonProcessingException e) {
        // In our words, for the library quotes what it found, and that may be a password.
        String what =
            String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field")
                ? "the same key comes twice"
                : "not valid YAML here, or before; indent with spaces, and quote what has : or #";
        JsonLocation location = e.getLocation();
        throw new ConfigException(
            file + (location == null ? "" : ":" + location.getLineNr()) + ": " + what);
      } catch (IOException e) {
        throw new ConfigException(
            Files.exists(file)
                ? file + ": cannot be read; it is no text file, or forbidden"
                : file + ": there is no such file");
      }
    }

    private String text() throws IOException {
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(TextFile.read(file)))
            .toString();
      } catch (IllegalArgumentException e) {
        throw new ConfigException(String.valueOf(e.getMessage()));
      }
    }

    private ConfigException mismatch(JsonMappingException e) {
      List<String> path =
          e.getPath().stream()
              .map(r -> r.getFieldName() == null ? "" + r.getIndex() : r.getFieldName())
              .toList();
      if (e instanceof UnrecognizedPropertyException unknown) {
        List<String> known =
            unknown.getKnownPropertyIds().stream().map(Object::toString).sorted().toList();
        String advice =
            Nearest.of(unknown.getPropertyName(), known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse("known are " + String.join(", ", known));
        return wrong(path, "there is no such key; " + advice);
      }
      return e instanceof MismatchedInputException mismatch
          ? wrong(path, "expected " + kind(mismatch.getTargetType()))
          : wrong(path, "cannot be read");
    }

    private static String kind(@Nullable Class<?> type) {
      if (type == Double.class) {
        return "a number";
      }
      if (type == Boolean.class) {
        return "true or false";
      }
      if (type == String.class) {
        return "a single value";
      }
      return type == List.class || type == java.util.ArrayList.class
          ? "a list: [one, two]"
          : "keys and values below it";
    }

    private Settings settings(ConfigFile sheet) {
      Models given = sheet.models == null ? Models.NOTHING : sheet.models;
      Wishes wishes = wishes(List.of("models"), given, Wishes.DEFAULT);
      String engine =
          one(
              List.of("models", "engine"),
              given.engine,
              Settings.ENGINE,
              Stream.of("auto", "opencv", "onnxruntime").map(e -> Map.entry(e, e)).toList());
      List<SinkAddress> page = sheet.page == null ? Settings.PAGE : page(sheet.page);
      // An empty file too is refused: at a reload it is one that is being written.
      if (sheet.cameras == null || sheet.cameras.isEmpty()) {
        throw wrong(
            List.of("cameras"), "none is there; expected at least one: a name and its source");
      }
      Camera common = sheet.defaults == null ? Camera.NOTHING : sheet.defaults;
      Wishes usual = wishes(List.of("defaults"), models(common), wishes);
      Map<String, Settings.Camera> cameras = new LinkedHashMap<>();
      sheet.cameras.forEach(
          (name, camera) ->
              cameras.put(
                  name,
                  camera(name, camera == null ? Camera.NOTHING : camera, common, usual, page)));
      return new Settings(
          Objects.requireNonNullElse(given.device, Settings.DEVICE), engine, apart(cameras));
    }

    /** A stream that several cameras are sent to, by the defaults, is one for each of them. */
    private static Map<String, Settings.Camera> apart(Map<String, Settings.Camera> cameras) {
      Map<SinkAddress, Integer> uses = new HashMap<>();
      cameras.values().forEach(c -> c.to().forEach(t -> uses.merge(t, 1, Integer::sum)));
      Map<String, Settings.Camera> apart = new LinkedHashMap<>();
      cameras.forEach(
          (name, camera) ->
              apart.put(
                  name,
                  camera.withTo(
                      camera.to().stream()
                          .map(
                              t ->
                                  t.isStream() && Objects.requireNonNull(uses.get(t)) > 1
                                      ? t.of(name)
                                      : t)
                          .toList())));
      return apart;
    }

    private static Models models(Camera camera) {
      return new Models(
          camera.detector, camera.classify, null, null, camera.conf, camera.effort, camera.hide);
    }

    /**
     * @param at the key above
     * @param usual what is wished where nothing is given
     */
    private Wishes wishes(List<String> at, Models given, Wishes usual) {
      double conf = Objects.requireNonNullElse(given.conf, usual.conf());
      if (!(conf >= 0 && conf <= 1)) {
        throw wrong(below(at, "conf"), "found " + conf + ", expected 0 to 1");
      }
      return new Wishes(
          Objects.requireNonNullElse(given.detector, usual.detector()),
          Objects.requireNonNullElse(
              entries(below(at, "classify"), given.classify), usual.classify()),
          conf,
          one(below(at, "effort"), given.effort, usual.effort(), Wishes.EFFORTS),
          one(
              below(at, "hide"),
              given.hide,
              usual.hideFaces(),
              List.of(Map.entry("none", false), Map.entry("faces", true))));
    }

    private static List<String> below(List<String> path, String key) {
      return Stream.concat(path.stream(), Stream.of(key)).toList();
    }

    private <T> T one(
        List<String> path, @Nullable String given, T usual, List<Map.Entry<String, T>> known) {
      return given == null
          ? usual
          : known.stream()
              .filter(e -> e.getKey().equals(given))
              .findFirst()
              .map(Map.Entry::getValue)
              .orElseThrow(
                  () -> wrong(path, "found '%s', expected %s".formatted(given, either(known))));
    }

    private static String either(List<? extends Map.Entry<String, ?>> known) {
      List<String> names = known.stream().map(Map.Entry::getKey).toList();
      int last = names.size() - 1;
      return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    private List<SinkAddress> page(String text) {
      if (text.equals("none")) {
        return List.of();
      }
      if (!text.matches("http|http://.*")) {
        throw wrong(
            List.of("page"), "found '" + text + "', expected none, http or http://ADDRESS:PORT");
      }
      try {
        return List.of(SinkAddress.parse(text));
      } catch (IllegalArgumentException e) {
        throw wrong(List.of("page"), String.valueOf(e.getMessage()));
      }
    }

    private Settings.Camera camera(
        String name, Camera own, Camera common, Wishes usual, List<SinkAddress> page) {
      List<String> key = List.of("cameras", name);
      if (!NAME.matcher(name).matches()) {
        throw wrong(key, "a camera's name is letters, digits, dots, dashes, underscores");
      }
      String source = own.source == null ? common.source : own.source;
      if (source == null) {
        throw wrong(key, "has no source; expected for example source: rtsp://HOST/PATH");
      }
      // Those of the defaults are for the cameras that may have some and have none of their own.
      Camera shared = WITHOUT_USER.matcher(source).matches() ? common : Camera.NOTHING;
      String user = Objects.requireNonNullElse(own.user == null ? shared.user : own.user, "");
      String password =
          Objects.requireNonNullElse(own.password == null ? shared.password : own.password, "");
      List<String> to =
          own.to == null
              ? entries(List.of("defaults", "to"), common.to)
              : entries(List.of("cameras", name, "to"), own.to);
      String maxAge = own.maxAge == null ? common.maxAge : own.maxAge;
      Boolean loop = own.loop == null ? common.loop : own.loop;
      SourceAddress address =
          checked(
              name,
              "source",
              () ->
                  SourceAddress.parse(
                      secrets.address(
                          source, user, password.isEmpty() ? "" : secrets.password(password))));
      List<SinkAddress> sinks =
          checked(
              name,
              "to",
              () ->
                  Stream.concat(
                          (to == null ? List.<String>of() : to)
                              .stream().map(t -> SinkAddress.parse(secrets.address(t, "", ""))),
                          page.stream())
                      .distinct()
                      .toList());
      Duration age =
          maxAge == null
              ? Settings.Camera.MAX_AGE
              : checked(name, "max_age", () -> Settings.duration(maxAge));
      Wishes wishes = wishes(key, models(own), usual);
      return new Settings.Camera(
          name, address, sinks, age, loop != null && loop, wishes, recording(name, own, common));
    }

    private Recording recording(String name, Camera own, Camera common) {
      String segment = own.segment == null ? common.segment : own.segment;
      String keep = own.keep == null ? common.keep : own.keep;
      String keepSize = own.keepSize == null ? common.keepSize : own.keepSize;
      Recording plain = Settings.FILES;
      Duration length =
          segment == null ? null : checked(name, "segment", () -> Settings.duration(segment));
      Duration age = keep == null ? null : checked(name, "keep", () -> Settings.duration(keep));
      long bytes =
          keepSize == null ? 0 : checked(name, "keep_size", () -> Recording.size(keepSize));
      return checked(name, "segment", () -> new Recording(true, length, age, bytes, plain.clock()));
    }

    private @Nullable List<String> entries(List<String> path, @Nullable List<String> list) {
      if (list != null && list.contains(null)) {
        throw wrong(path, "an entry is empty");
      }
      return list;
    }

    private <T> T checked(String camera, String key, Supplier<T> value) {
      try {
        return value.get();
      } catch (IllegalArgumentException e) {
        throw wrong(List.of("cameras", camera, key), String.valueOf(e.getMessage()));
      }
    }

    /** Points at the line of the key, or of the last one on the way to it that is in the file. */
    private ConfigException wrong(List<String> path, String what) {
      int line = 0;
      for (String key : path) {
        Pattern start = Pattern.compile("(^|.*[\\s{,\"'])" + Pattern.quote(key) + "[\"']?\\s*:.*");
        int from = line;
        line =
            IntStream.range(from, lines.size())
                .filter(i -> start.matcher(lines.get(i)).matches())
                .findFirst()
                .orElse(from);
      }
      String where = lines.isEmpty() ? "" : ":" + (line + 1);
      String key = path.isEmpty() ? "" : String.join(".", path) + ": ";
      return new ConfigException(file + where + ": " + key + what);
    }
  }
}
