/** Detections over time: steady ids and steady labels; pure Java. */
@NullMarked
package dev.mien.track;

import org.jspecify.annotations.NullMarked;
