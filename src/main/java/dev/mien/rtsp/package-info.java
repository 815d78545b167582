/** An RTSP server for H.264 streams: sessions, RTP and RTCP over TCP and UDP, passwords. */
@NullMarked
package dev.mien.rtsp;

import org.jspecify.annotations.NullMarked;
