/** Model folders: card, labels, checksums, goldens. */
@NullMarked
package dev.mien.model;

import org.jspecify.annotations.NullMarked;
