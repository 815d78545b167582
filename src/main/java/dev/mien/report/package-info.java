/** The observations of a recording, counted up: tables and a summary. */
@NullMarked
package dev.mien.report;

import org.jspecify.annotations.NullMarked;
