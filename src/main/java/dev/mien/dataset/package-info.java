/** Labelled pictures: what is in them, what is wrong with them, and how they are divided. */
@NullMarked
package dev.mien.dataset;

import org.jspecify.annotations.NullMarked;
