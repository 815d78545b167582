package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which stream of a file is taken, what is no video, and recordings that were joined. */
final class StreamsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static Source open(String address) throws Exception {
    return SourceAddress.parse(address).open();
  }

  private static String refusal(String address) {
    SourceException refused =
        catchThrowableOfType(
            SourceException.class,
            () -> {
              try (Source source = open(address)) {
                Clips.drain(source);
              }
            });
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(SourceException.Reason.BAD_INPUT);
    return refused.getMessage();
  }

  private static void taken(String address, Size size, int frames) throws Exception {
    try (Source source = open(address)) {
      try (Frame frame = Objects.requireNonNull(source.read())) {
        assertThat(frame.size()).isEqualTo(size);
      }
      assertThat(Clips.drain(source)).hasSize(frames - 1);
    }
  }

  @Test
  @DisplayName("F2: a thumbnail or a small view before the film is not taken for it")
  void thumbnail() throws Exception {
    Path thumb = folder.resolve("thumb.mp4");
    Clips.ffmpeg(
        "-f lavfi -i testsrc=s=64x36:d=0.04 -f lavfi -i testsrc2=s=320x180:d=2 -map 0 -map 1"
            + " -pix_fmt yuv420p %s",
        thumb);
    taken(thumb.toString(), new Size(320, 180), 50);
    taken(thumb + "?stream=0", new Size(64, 36), 1);
    assertThat(refusal(thumb + "?stream=5"))
        .isEqualTo(
            "thumb.mp4: found no pictures in stream 5, expected one of: 0 (h264 64x36), 1 (h264"
                + " 320x180)");
    Path small = folder.resolve("small.mkv");
    Clips.ffmpeg(
        "-f lavfi -i testsrc=s=64x36:d=2 -f lavfi -i testsrc2=s=320x180:d=2 -map 0 -map 1"
            + " -pix_fmt yuv420p %s",
        small);
    taken(small.toString(), new Size(320, 180), 50);
  }

  @Test
  @DisplayName("F2: a song with a cover has no video")
  void cover() throws Exception {
    Path picture = folder.resolve("cover.png");
    Clips.ffmpeg("-f lavfi -i testsrc=s=64x64 -frames:v 1 %s", picture);
    for (String ending : List.of("mp3", "m4a", "flac")) {
      Path song = folder.resolve("song." + ending);
      Clips.ffmpeg(
          "-f lavfi -i sine=d=1 -i %s -map 0 -map 1 -c:v copy -disposition:v attached_pic %s",
          picture, song);
      assertThat(refusal(song.toString())).endsWith("there is no picture in it, only sound");
    }
  }

  @Test
  @DisplayName("F8: text is no video, whatever its name says")
  void text() throws Exception {
    for (String name : List.of("notes.txt", "notes.nfo", "notes.mp4", "notes.ans", "notes.srt")) {
      Path notes = Files.writeString(folder.resolve(name), "Dear diary,\nnothing.\n".repeat(99));
      assertThat(refusal(notes.toString())).startsWith(name + ": ").contains("is text");
    }
  }

  @Test
  @DisplayName("S7: a list in a file opens nothing beside it, unless it may")
  void lists() throws Exception {
    Path film = Clips.pattern(folder.resolve("film.mp4"), 1);
    Clips.ffmpeg("-i %s -c copy -f hls %s/l.m3u8", film, folder);
    Path list =
        Files.writeString(folder.resolve("l.ffconcat"), "ffconcat version 1.0\nfile film.mp4\n");
    for (Path one : List.of(folder.resolve("l.m3u8"), list)) {
      assertThat(refusal(one.toString())).contains("list of other files").contains("follow=any");
      taken(one + "?follow=any", new Size(320, 240), 25);
    }
  }

  @Test
  @DisplayName("F3: recordings that were joined go on, whatever their clocks say")
  void joined() throws Exception {
    Path one = Clips.pattern(folder.resolve("one.ts"), 2);
    Path ahead = folder.resolve("ahead.ts");
    Clips.ffmpeg("-i %s -c copy -output_ts_offset 90000 %s", one, ahead);
    for (List<Path> parts : List.of(List.of(one, one), List.of(one, ahead), List.of(ahead, one))) {
      Path both = folder.resolve("both.ts");
      Files.write(both, Clips.bytes(parts.get(0)));
      Files.write(both, Clips.bytes(parts.get(1)), StandardOpenOption.APPEND);
      try (Source source = Clips.open(both)) {
        List<Long> times = Clips.drain(source);
        assertThat(times).hasSize(100).isSorted().doesNotHaveDuplicates();
        assertThat(times.get(99) - times.get(0)).isBetween(3_900_000_000L, 4_100_000_000L);
      }
    }
  }
}
