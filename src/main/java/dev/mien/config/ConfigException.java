package dev.mien.config;

/** A configuration that cannot be used; the message is one line without any secret. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
