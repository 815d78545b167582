/** Who comes in from the network: how often somebody may guess, and who counts as one. */
@NullMarked
package dev.mien.access;

import org.jspecify.annotations.NullMarked;
