package dev.mien.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Whose addresses count as one. */
public final class Networks {
  private static final int SUBNET_BYTES = 8;

  private Networks() {}

  /**
   * The address itself, or of an IPv6 address its /64: that is what one customer has, and each
   * machine in it may take as many addresses as it likes.
   */
  public static InetAddress of(InetAddress address) {
    if (!(address instanceof Inet6Address) || address.isLoopbackAddress()) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, SUBNET_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("16 bytes are an address", e);
    }
  }
}
