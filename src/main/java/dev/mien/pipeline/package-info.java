/** The order of the stages, threads, queues, back-pressure, timings. */
@NullMarked
package dev.mien.pipeline;

import org.jspecify.annotations.NullMarked;
