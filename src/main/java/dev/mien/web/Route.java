package dev.mien.web;

import java.util.function.Supplier;

/**
 * A path that somebody else answers at.
 *
 * @param path for example {@code /healthz}
 * @param open whether it is answered without the token too
 * @param answer asked once for each GET, by the server's threads; it returns soon
 */
public record Route(String path, boolean open, Supplier<Answer> answer) {}
