/** Labelled pictures become a model folder: networks are trained, and written as ONNX. */
@NullMarked
package dev.mien.teach;

import org.jspecify.annotations.NullMarked;
