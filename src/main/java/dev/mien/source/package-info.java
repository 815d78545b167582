/** Where frames come from: camera, file, network, pictures, pattern. */
@NullMarked
package dev.mien.source;

import org.jspecify.annotations.NullMarked;
