package dev.mien.access;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** So many places, of which one address may have its share. */
public final class Places {
  private final int all;
  private final int share;
  private final Map<InetAddress, Integer> taken = new HashMap<>();
  private int count;

  public Places(int all, int share) {
    this.all = all;
    this.share = share;
  }

  /** False where none is free for this address. */
  public synchronized boolean take(InetAddress from) {
    InetAddress address = Networks.of(from);
    if (count >= all || taken.getOrDefault(address, 0) >= share) {
      return false;
    }
    count++;
    taken.merge(address, 1, Integer::sum);
    return true;
  }

  /** Gives back one that was taken. */
  public synchronized void leave(InetAddress from) {
    count--;
    taken.computeIfPresent(Networks.of(from), (address, had) -> had == 1 ? null : had - 1);
  }
}
