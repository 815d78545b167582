/** Networks of other frameworks, turned into ONNX, and networks in fewer bits. */
@NullMarked
package dev.mien.convert;

import org.jspecify.annotations.NullMarked;
