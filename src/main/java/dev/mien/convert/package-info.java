/** Networks of other frameworks, turned into ONNX. */
@NullMarked
package dev.mien.convert;

import org.jspecify.annotations.NullMarked;
