/** Pixels: a frame owns one image, its sequence number and its timestamp. */
@NullMarked
package dev.mien.frame;

import org.jspecify.annotations.NullMarked;
