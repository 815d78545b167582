package dev.mien.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a request gets, all at once.
 *
 * @param status of HTTP
 * @param type for example {@code text/plain; charset=utf-8}
 */
@SuppressWarnings("ArrayRecordComponent") // Answers are not compared.
public record Answer(int status, String type, byte[] body) {
  static final String JSON = "application/json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static Answer text(int status, String text) {
    return new Answer(
        status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A value as JSON.
   *
   * @param value records, maps, lists, strings and numbers
   */
  public static Answer json(int status, Object value) {
    try {
      return new Answer(status, JSON, MAPPER.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a value for JSON", e);
    }
  }

  static Answer error(int status, String message) {
    return json(status, Map.of("error", message));
  }
}
