package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.awt.AWTError;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsDevice;
import java.awt.GraphicsEnvironment;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.event.ActionEvent;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.swing.AbstractAction;
import javax.swing.JComponent;
import javax.swing.JFrame;
import javax.swing.KeyStroke;
import javax.swing.WindowConstants;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A window that shows the newest frame. Keys: q or Esc quits, space pauses and goes on, s saves the
 * frame as {@code SOURCE-SEQUENCE.png}, f fills the screen and back. Closing it quits.
 *
 * <p>The one class that knows AWT, and nothing loads it unless a window is asked for.
 */
final class WindowSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(WindowSink.class);
  private static final Color SURROUND = new Color(0x16, 0x16, 0x18);
  private static final int COMFORTABLE = 640;
  private static final long SECOND = 1_000_000_000L;

  private final Outlet outlet;
  private final JFrame window;
  private final JComponent view = new View();

  /** Guards the picture, which the sink's thread fills and Swing's paints and saves. */
  private final Object lock = new Object();

  private @Nullable Frame newest;
  private final Mat opaque = new Mat();
  private @Nullable BufferedImage picture;
  private long sequence;
  private boolean closed;

  private boolean paused;
  private volatile String speed = "";
  private long counted;
  private long countedFrom = Long.MIN_VALUE;

  /**
   * @throws IllegalArgumentException if there is no display
   */
  static Sink open(Outlet outlet) {
    try {
      if (GraphicsEnvironment.isHeadless()) {
        String display = System.getenv("DISPLAY");
        throw noDisplay(
            display == null || display.isEmpty()
                ? "DISPLAY is not set"
                : "this Java runs headless (java.awt.headless, or a JRE without windows)");
      }
      GraphicsEnvironment.getLocalGraphicsEnvironment().getDefaultScreenDevice();
      return new WindowSink(outlet);
    } catch (AWTError | LinkageError e) {
      throw noDisplay("nothing answers at DISPLAY=" + System.getenv("DISPLAY"));
    }
  }

  private static IllegalArgumentException noDisplay(String found) {
    return new IllegalArgumentException(
        "window needs a display: " + found + "; write to FILE.mp4 instead, or log in to one");
  }

  private WindowSink(Outlet outlet) {
    this.outlet = outlet;
    this.window = new JFrame(outlet.source());
    EventQueue.invokeLater(this::build);
  }

  private void build() {
    window.setDefaultCloseOperation(WindowConstants.DO_NOTHING_ON_CLOSE);
    window.addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowClosing(WindowEvent e) {
            outlet.controls().quit();
          }
        });
    window.setContentPane(view);
    on("typed q", outlet.controls()::quit);
    on("typed Q", outlet.controls()::quit);
    on("ESCAPE", outlet.controls()::quit);
    on("SPACE", this::pause);
    on("typed s", this::save);
    on("typed S", this::save);
    on("typed f", this::fillScreen);
    on("typed F", this::fillScreen);
  }

  private void on(String key, Runnable deed) {
    view.getInputMap(JComponent.WHEN_IN_FOCUSED_WINDOW).put(KeyStroke.getKeyStroke(key), key);
    view.getActionMap()
        .put(
            key,
            new AbstractAction() {
              private static final long serialVersionUID = 1L;

              @Override
              public void actionPerformed(ActionEvent e) {
                deed.run();
              }
            });
  }

  @Override
  public String name() {
    return "window";
  }

  @Override
  public boolean shows() {
    return true;
  }

  @Override
  public void write(Frame frame, Observation observation) {
    boolean first;
    synchronized (lock) {
      if (closed) {
        return;
      }
      first = picture == null;
      sequence = frame.sequence();
      if (newest != null) {
        newest.close();
      }
      newest = frame.share();
      picture = draw(newest, picture);
    }
    if (first) {
      EventQueue.invokeLater(this::show);
    }
    count(frame.timestamp());
    // Requests to paint that come faster than the screen are one: nothing queues up.
    view.repaint();
  }

  private BufferedImage draw(Frame frame, @Nullable BufferedImage old) {
    int width = frame.size().width();
    int height = frame.size().height();
    BufferedImage image =
        old != null && old.getWidth() == width && old.getHeight() == height
            ? old
            : new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    opencv_imgproc.cvtColor(frame.image(), opaque, opencv_imgproc.COLOR_BGR2BGRA);
    try (IntPointer pixels = new IntPointer(opaque.data())) {
      pixels.get(((DataBufferInt) image.getRaster().getDataBuffer()).getData());
    }
    return image;
  }

  /** Frames a second of the stream's own time, over a second of it. */
  private void count(long timestamp) {
    counted++;
    long passed = timestamp - countedFrom;
    if (countedFrom == Long.MIN_VALUE || passed < 0) {
      countedFrom = timestamp;
      counted = 0;
    } else if (passed >= SECOND) {
      speed = String.format(Locale.ROOT, " – %.1f fps", counted * (double) SECOND / passed);
      countedFrom = timestamp;
      counted = 0;
      EventQueue.invokeLater(this::title);
    }
  }

  private void title() {
    window.setTitle(outlet.source() + (paused ? " – paused" : speed));
  }

  private void show() {
    Rectangle screen = GraphicsEnvironment.getLocalGraphicsEnvironment().getMaximumWindowBounds();
    synchronized (lock) {
      if (closed || newest == null) {
        return;
      }
      Size size = newest.size();
      double scale = Math.max(1, (double) COMFORTABLE / Math.max(size.width(), size.height()));
      scale = Math.min(scale, 0.9 * screen.width / size.width());
      scale = Math.min(scale, 0.9 * screen.height / size.height());
      view.setPreferredSize(
          new Dimension((int) (size.width() * scale), (int) (size.height() * scale)));
    }
    window.pack();
    window.setLocationRelativeTo(null);
    window.setVisible(true);
  }

  private void pause() {
    paused = !paused;
    title();
    outlet.controls().pause();
  }

  private void save() {
    synchronized (lock) {
      if (closed || newest == null) {
        return;
      }
      Path file = outlet.snapshotFolder().resolve(outlet.fileName() + "-" + sequence + ".png");
      try {
        Picture.save(newest.image(), file);
        log.info("saved {}", file);
      } catch (IOException e) {
        log.warn("{}", e.getMessage());
      }
    }
  }

  private void fillScreen() {
    GraphicsDevice screen = window.getGraphicsConfiguration().getDevice();
    screen.setFullScreenWindow(screen.getFullScreenWindow() == null ? window : null);
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      if (newest != null) {
        newest.close();
      }
      opaque.close();
    }
    EventQueue.invokeLater(window::dispose);
  }

  /** Paints the newest picture as large as fits, in its own proportions. */
  private final class View extends JComponent {
    private static final long serialVersionUID = 1L;

    @Override
    protected void paintComponent(Graphics g) {
      Graphics2D canvas = (Graphics2D) g;
      canvas.setColor(SURROUND);
      canvas.fillRect(0, 0, getWidth(), getHeight());
      synchronized (lock) {
        if (picture == null) {
          return;
        }
        double scale =
            Math.min(
                (double) getWidth() / picture.getWidth(),
                (double) getHeight() / picture.getHeight());
        int w = (int) Math.round(picture.getWidth() * scale);
        int h = (int) Math.round(picture.getHeight() * scale);
        canvas.setRenderingHint(
            RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        canvas.drawImage(picture, (getWidth() - w) / 2, (getHeight() - h) / 2, w, h, null);
      }
    }
  }
}
