/** From a face in a frame to a network's numbers, by the card alone. */
@org.jspecify.annotations.NullMarked
package dev.mien.crop;
