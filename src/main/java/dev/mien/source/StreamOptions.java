package dev.mien.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an address asks for beside the stream itself.
 *
 * @param stream the number of the stream to take, as ffprobe counts them; null: the best
 * @param follow whether other hosts and files that the stream names are opened too
 */
public record StreamOptions(@Nullable Integer stream, boolean follow) {
  static final StreamOptions NONE = new StreamOptions(null, false);

  private static final Pattern FOLLOW = Pattern.compile("[?&]follow=any(?=&|$)");
  private static final Pattern STREAM = Pattern.compile("[?&]stream=(\\d{1,4})(?=&|$)");

  /** Cameras have streams of their own by that name, in addresses that end in no file. */
  private static final Pattern FILM =
      Pattern.compile("[^?]*\\.(?:mp4|m4v|mov|mkv|webm|avi|flv|m?ts|m3u8|mpd)(?:\\?.*)?");

  static StreamOptions of(String address) {
    Matcher stream = STREAM.matcher(address);
    return new StreamOptions(
        stream.find() ? Integer.valueOf(stream.group(1)) : null, FOLLOW.matcher(address).find());
  }

  /** Of a network address; what a camera may mean by itself is left to it. */
  static StreamOptions ofNetwork(String url) {
    StreamOptions all = of(url);
    return FILM.matcher(url).matches() ? all : new StreamOptions(null, all.follow);
  }

  /** The address of a file without them. */
  static String without(String address) {
    return STREAM.matcher(withoutFollow(address)).replaceAll("");
  }

  /** The network address without what is for Mien alone. */
  static String withoutFollow(String address) {
    Matcher follow = FOLLOW.matcher(address);
    if (!follow.find()) {
      return address;
    }
    String rest = address.substring(follow.end());
    String before = address.substring(0, follow.start());
    return rest.startsWith("&") && address.charAt(follow.start()) == '?'
        ? before + "?" + rest.substring(1)
        : before + rest;
  }
}
