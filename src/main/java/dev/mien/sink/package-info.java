/** Where frames and observations go: window, file, RTSP, JSON Lines, snapshots. */
@NullMarked
package dev.mien.sink;

import org.jspecify.annotations.NullMarked;
