/** The only owner of ONNX Runtime: sessions, devices, batches. */
@NullMarked
package dev.mien.onnx;

import org.jspecify.annotations.NullMarked;
