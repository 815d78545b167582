package dev.mien.rtsp;

import dev.mien.access.Allowance;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * How much of a connection is read: who says more than its share waits, and who does not read our
 * answers is not asked for more questions. What is not read stays with the client (TCP).
 */
final class Pace extends ChannelInboundHandlerAdapter {
  /** A client says most when it begins. */
  private static final int SECONDS_SAVED = 4;

  private final Allowance bytes;
  private boolean paused;

  /**
   * @param bytesASecond in the long run
   */
  Pace(int bytesASecond) {
    bytes = new Allowance(bytesASecond, (double) SECONDS_SAVED * bytesASecond, System.nanoTime());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf read) {
      long now = System.nanoTime();
      bytes.take(read.readableBytes(), now);
      long wait = bytes.waitFor(0, now);
      if (wait > 0) {
        paused = true;
        follow(context);
        var unused = context.executor().schedule(() -> resume(context), wait, TimeUnit.NANOSECONDS);
      }
    }
    context.fireChannelRead(message);
  }

  private void resume(ChannelHandlerContext context) {
    paused = false;
    follow(context);
  }

  private void follow(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(!paused && context.channel().isWritable());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    follow(context);
    context.fireChannelWritabilityChanged();
  }
}
