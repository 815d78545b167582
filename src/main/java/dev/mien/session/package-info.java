/** From typed wishes to running pipelines: models opened once and shared, settings a source. */
@NullMarked
package dev.mien.session;

import org.jspecify.annotations.NullMarked;
