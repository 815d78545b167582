/** Draws an observation on a frame. */
@NullMarked
package dev.mien.annotate;

import org.jspecify.annotations.NullMarked;
