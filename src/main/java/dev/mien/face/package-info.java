/** Facts about the faces of a frame; records without native memory. */
@NullMarked
package dev.mien.face;

import org.jspecify.annotations.NullMarked;
