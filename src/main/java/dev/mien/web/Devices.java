package dev.mien.web;

/**
 * What the models run on.
 *
 * @param requested as the user wrote it: {@code auto}
 * @param actual what it is: {@code cpu}
 */
public record Devices(String requested, String actual) {}
