/** A frame to detections. */
@NullMarked
package dev.mien.detect;

import org.jspecify.annotations.NullMarked;
