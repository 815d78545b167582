package dev.mien.sink;

/**
 * What became of what a sink sends on by itself, after {@code write} has returned.
 *
 * @param taken frames that the far end has taken; never less than before
 * @param lost frames that it has not, and will not; never less than before
 * @param trouble why it takes none now, in one line without credentials; empty where it does, or is
 *     about to be asked for the first time
 */
public record Delivery(long taken, long lost, String trouble) {}
