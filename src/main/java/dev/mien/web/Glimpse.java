package dev.mien.web;

import dev.mien.face.Observation;
import org.jspecify.annotations.Nullable;

/**
 * One frame, as viewers get it.
 *
 * @param json the observation's record
 * @param jpeg the annotated picture; null where nobody asked for it
 */
@SuppressWarnings("ArrayRecordComponent") // Glimpses are not compared.
record Glimpse(Observation observation, byte[] json, byte @Nullable [] jpeg) {}
