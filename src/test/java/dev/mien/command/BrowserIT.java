package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.web.PageServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

/** The page of the real program in a real browser. Its pictures are left in target/pages. */
@Timeout(600)
final class BrowserIT {
  private static final long PATIENCE_SECONDS = 240;
  private static final Path PAGES = Path.of("target/pages");

  @TempDir private static Path folder = Path.of("");
  private static Process program;
  private static ChromeDriver browser;
  private static String url = "";

  @BeforeAll
  static void start() throws Exception {
    Path chromium = find("chromium");
    Path driver = find("chromedriver");
    program =
        new Program(folder)
            .start(
                "watch",
                "--loop",
                "--source",
                Program.CLIP.toString(),
                "--source",
                "pattern:",
                "--to",
                "http://127.0.0.1:0");
    url = address(folder.resolve("stderr"));
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toString());
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.toFile())
            .usingAnyFreePort()
            .build();
    browser = new ChromeDriver(service, options);
    Files.createDirectories(PAGES);
  }

  private static Path find(String name) {
    List<Path> found =
        Stream.of(String.valueOf(System.getenv("PATH")).split(":"))
            .map(p -> Path.of(p, name))
            .filter(Files::isExecutable)
            .toList();
    assumeTrue(!found.isEmpty(), "the program " + name + " is not installed");
    return found.get(0);
  }

  static String address(Path stderr) {
    Pattern said = Pattern.compile("the page is at (\\S+)");
    String[] found = {""};
    until(
        () -> {
          try {
            Matcher line = said.matcher(Files.readString(stderr));
            found[0] = line.find() ? line.group(1) : "";
            return !found[0].isEmpty();
          } catch (IOException e) {
            return false;
          }
        });
    return found[0];
  }

  @AfterAll
  static void end() throws Exception {
    if (browser != null) {
      browser.quit();
    }
    if (program != null) {
      program.destroy();
      assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting too long").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static WebElement the(String id) {
    return browser.findElement(By.id(id));
  }

  private static @Nullable Object script(String text, Object... values) {
    return browser.executeScript(text, values);
  }

  private static boolean hasPicture() {
    return Boolean.TRUE.equals(
        script(
            "const i = document.getElementById('picture'); return !i.hidden && i.naturalWidth >"
                + " 0"));
  }

  private static void open(int width, int height, boolean phone, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    var unused = browser.manage().logs().get(LogType.BROWSER); // What earlier pages left.
    browser.get(url);
    until(BrowserIT::hasPicture);
    until(() -> !browser.findElements(By.cssSelector("#faces .face dd")).isEmpty());
    until(() -> !browser.findElements(By.cssSelector("#plots rect")).isEmpty());
  }

  private static void nothingWasComplainedOf() {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .filteredOn(e -> !e.getMessage().contains("ERR_")) // A picture that a new page cut short.
        .isEmpty();
  }

  /** WCAG 2.2 A and AA as far as a program can tell, by Deque's axe. */
  private static void isAccessible() throws IOException {
    try (InputStream axe = BrowserIT.class.getResourceAsStream("/axe.min.js")) {
      assertThat(axe).isNotNull();
      script(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    Object violations =
        browser.executeAsyncScript(
            "const done = arguments[arguments.length - 1];axe.run(document, {resultTypes:"
                + " ['violations']}).then(r => done(r.violations.map(v => v.id + ': ' +"
                + " v.nodes.map(n => n.html).join(' '))))");
    assertThat((List<?>) violations).isEmpty();
  }

  @Test
  void everySizeAndSchemeIsAccessibleAndFits() throws Exception {
    for (String scheme : List.of("light", "dark")) {
      for (boolean phone : List.of(false, true)) {
        open(phone ? 390 : 1280, phone ? 844 : 900, phone, scheme);
        assertThat((Boolean) script("return document.documentElement.scrollWidth <= innerWidth"))
            .isTrue();
        isAccessible();
        Path file = PAGES.resolve((phone ? "phone-" : "desktop-") + scheme + ".png");
        Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
      }
    }
    nothingWasComplainedOf();
  }

  @Test
  void aViewersRound() {
    open(1280, 900, false, "light");
    assertThat(the("state").getText()).isEqualTo("Live");
    assertThat(the("faces").getText()).contains("Face ", "for ", "detected with ", "emotion");
    until(() -> String.valueOf(the("picture").getDomAttribute("alt")).contains("1 face: "));
    until(() -> the("faces").getText().matches("(?s).*[a-z]\\? \\d+ %.*")); // One is not sure.

    the("show").click();
    assertThat(the("picture").isDisplayed()).isFalse();
    assertThat(the("curtain").getText()).startsWith("The picture is off");
    the("show").click();
    until(BrowserIT::hasPicture);

    the("once").click();
    until(() -> the("result").getText().matches("1 face: .* \\(\\d+(\\.\\d)? ms\\)"));
    assertThat(the("stream").getDomAttribute("aria-pressed")).isEqualTo("false");
    String still = String.valueOf(script("return document.getElementById('picture').src"));
    assertThat(still).contains("/snapshot.jpg?").contains("&frame=");

    the("stream").click();
    until(() -> !still.equals(script("return document.getElementById('picture').src")));
    assertThat(the("stream").getDomAttribute("aria-pressed")).isEqualTo("true");

    browser.findElement(By.xpath("//nav//button[contains(., 'pattern')]")).click();
    assertThat(the("source").getText()).isEqualTo("pattern");
    until(() -> the("facts").getText().startsWith("640 × 360"));
    until(() -> the("nobody").isDisplayed());
    nothingWasComplainedOf();
  }

  @Test
  void theKeyboardIsEnough() {
    open(1280, 900, false, "light");
    List<String> visited = new ArrayList<>();
    WebElement at = browser.findElement(By.tagName("body"));
    for (int i = 0; i < 6; i++) {
      at.sendKeys(Keys.TAB);
      at = browser.switchTo().activeElement();
      String id = String.valueOf(at.getDomAttribute("id"));
      visited.add(at.getText().lines().findFirst().orElse(id));
    }
    assertThat(visited)
        .containsExactly(
            "Skip to the picture", "cap13_edit2.mp4", "pattern", "Stream", "Predict once", "show");
    at.sendKeys(Keys.SPACE);
    assertThat(the("curtain").getText()).startsWith("The picture is off");
    at.sendKeys(Keys.SPACE);
    the("once").sendKeys(Keys.ENTER);
    until(() -> the("result").getText().endsWith(" ms)"));
    assertThat((String) script("return getComputedStyle(document.activeElement).outlineStyle"))
        .isEqualTo("solid");
  }

  @Test
  void whoKnowsTheTokenComesIn() throws Exception {
    try (PageServer server = PageServer.open("127.0.0.1", 0, "correct horse battery", List.of())) {
      browser.get("http://127.0.0.1:" + server.port() + "/");
      isAccessible();
      the("token").sendKeys("guess");
      the("token").sendKeys(Keys.ENTER);
      until(() -> browser.getCurrentUrl().endsWith("?wrong"));
      assertThat(the("wrong").isDisplayed()).isTrue();
      Files.write(PAGES.resolve("login.png"), browser.getScreenshotAs(OutputType.BYTES));
      the("token").sendKeys("correct horse battery");
      the("token").sendKeys(Keys.ENTER);
      until(() -> browser.getTitle().equals("Mien"));
      until(() -> the("logout").isDisplayed());
    }
  }
}
