/** The crops of a frame to classifications, in one batch a model. */
@NullMarked
package dev.mien.classify;

import org.jspecify.annotations.NullMarked;
