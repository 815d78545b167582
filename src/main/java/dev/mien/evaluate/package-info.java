/** Predictions against truth: scores, calibration, and a page that shows them. */
@NullMarked
package dev.mien.evaluate;

import org.jspecify.annotations.NullMarked;
