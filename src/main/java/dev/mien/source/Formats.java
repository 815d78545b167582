package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avformat;

/**
 * The containers that are read. FFmpeg knows some hundred more, of games, of text that is drawn, of
 * lists of other files.
 */
final class Formats {
  private static final String CONTAINERS =
      "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,flv,live_flv,asf,ogg,nut,"
          + "dv,mxf,gxf,rm,yuv4mpegpipe,mjpeg,mjpeg_2000,smjpeg,gif,apng,wtv,vc1,h261,h263,swf";

  /** They carry no pictures but a cover, which is said then. */
  private static final String SOUND = "mp3,flac,wav,aac,aiff,w64,caf,ac3,eac3,au,amr,ape,tta,wv";

  private static final String PICTURES =
      "image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe,gif_pipe,pgm_pipe,ppm_pipe,pbm_pipe,pam_pipe,"
          + "jpegls_pipe,j2k_pipe,jpegxl_pipe,qoi_pipe,hdr_pipe,exr_pipe,sunrast_pipe,psd_pipe,svg_pipe";

  /** They name other addresses. */
  static final Set<String> PLAYLISTS = Set.of("hls", "dash", "concat", "imf", "sdp");

  /** They begin as text does. */
  private static final Set<String> TEXTUAL =
      Set.of("svg_pipe", "pgm_pipe", "ppm_pipe", "pbm_pipe", "pam_pipe", "yuv4mpegpipe");

  private static final String IN_FILES = String.join(",", CONTAINERS, SOUND, PICTURES);

  /** How much of a file is looked at to tell text from other things. */
  private static final int BEGINNING = 1 << 12;

  private Formats() {}

  /**
   * What FFmpeg may take a stream for.
   *
   * @param network whether it comes over a network, where playlists are looked after by address
   */
  static String allowed(boolean network, StreamOptions options) {
    String playlists = network ? ",rtsp,mpjpeg,hls,dash" : "";
    return IN_FILES + playlists + (options.follow() ? ",hls,dash,concat" : "");
  }

  /**
   * What FFmpeg takes a file for.
   *
   * @throws SourceException if that carries no video, or leads elsewhere and may not
   */
  static AVInputFormat of(String name, Path file, StreamOptions options) throws SourceException {
    AVIOContext bytes = new AVIOContext(null);
    AVInputFormat format = new AVInputFormat(null);
    String path = VideoSource.absolute(file);
    int code = avformat.avio_open2(bytes, path, avformat.AVIO_FLAG_READ, null, (AVDictionary) null);
    try {
      if (code >= 0) {
        code = avformat.av_probe_input_buffer2(bytes, format, path, null, 0, 0);
      }
    } finally {
      avformat.avio_closep(bytes);
    }
    if (code < 0 || format.isNull()) {
      throw refused(
          name,
          "FFmpeg cannot read it as a video or picture"
              + (isText(file) ? "; it is text" : ": " + Ffmpeg.message(code)));
    }
    String named = format.name().getString();
    if (isText(file) && !PLAYLISTS.contains(named) && !TEXTUAL.contains(named)) {
      throw refused(name, "is text, expected a video or a picture");
    }
    List<String> allowed = List.of(allowed(false, options).split(","));
    if (Stream.of(named.split(",")).anyMatch(allowed::contains)) {
      return format;
    }
    if (PLAYLISTS.contains(named)) {
      throw refused(
          name,
          ("is a list of other files or addresses (%s), and nothing is opened but what was named;"
                  + " with '?follow=any' behind its name they are")
              .formatted(named));
    }
    throw refused(
        name,
        "is no video or picture; FFmpeg takes it for '%s'"
            .formatted(format.long_name().getString()));
  }

  static boolean isPicture(AVInputFormat format) {
    String name = format.name().getString();
    return name.endsWith("_pipe") || name.equals("image2");
  }

  private static SourceException refused(String name, String what) {
    return new SourceException(Reason.BAD_INPUT, name + ": " + what);
  }

  private static boolean isText(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] beginning = in.readNBytes(BEGINNING);
      for (byte one : beginning) {
        if (one >= 0 && one < ' ' && one != '\n' && one != '\r' && one != '\t' && one != '\f') {
          return false;
        }
      }
      if (beginning.length < BEGINNING) {
        var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(beginning));
      }
      return true;
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
