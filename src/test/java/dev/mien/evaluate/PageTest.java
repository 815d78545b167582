package dev.mien.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class PageTest {
  private static final String NASTY = "<script>alert('x')</script> & \"co\"";

  private static Page page() {
    Evaluation evaluation =
        Evaluation.of(
            List.of("one", NASTY),
            List.of(
                new Prediction(0, List.of(0.9, 0.1)),
                new Prediction(1, List.of(0.7, 0.3)),
                new Prediction(1, List.of(0.2, 0.8))));
    return new Page("mask on " + NASTY)
        .facts(Map.of("model", NASTY))
        .notes(List.of(NASTY))
        .faces(new FaceScores(8, 6, 12))
        .curves(EvaluationTest.curves(0.9, 0.5, 0.6, 0.7))
        .evaluation(evaluation)
        .parts(Map.of(NASTY, evaluation))
        .mistakes(
            List.of(new Mistake(NASTY, NASTY, "one", 0.7, new Mistake.Jpeg(new byte[] {1, 2, 3}))));
  }

  @Test
  void noScriptsAndNothingFromElsewhere() {
    assertThat(page().html())
        .doesNotContain("<script")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("url(")
        .contains("default-src 'none'")
        .contains("src='data:image/jpeg;base64,AQID'")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;");
  }

  @Test
  void saysWhatThereIsToSay() {
    assertThat(page().html())
        .contains("accuracy <b>66.7 %</b>, balanced accuracy <b>75.0 %</b>")
        .contains("6 of 8 faces found (recall <b>75.0 %</b>); of 12 detections 50.0 % are faces")
        .contains("After epoch 2 the validation loss only was higher")
        .contains("overfitting begins")
        .contains("Answers of 0.800 or more are wrong in at most 5 % of the cases; 66.7 %");
  }

  @Test
  void plotsAreWellFormed() throws Exception {
    String html = page().html();
    int plots = 0;
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1)) {
      String svg = html.substring(at, html.indexOf("</svg>", at) + "</svg>".length());
      NodeList lines =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)))
              .getElementsByTagName("polyline");
      assertThat(lines.getLength()).isPositive();
      assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
      plots++;
    }
    assertThat(plots).isEqualTo(4);
  }

  @Test
  void aTrainingOfOneEpochAndNumbersThatAreNone() {
    Curves curves =
        new Curves(List.of(new Curves.Epoch(Double.NaN, Double.POSITIVE_INFINITY, 0.5, 0.5)));
    assertThat(new Page("x").curves(curves).html())
        .contains("The validation loss was lowest at the end.")
        .doesNotContain("NaN")
        .doesNotContain("Infinity");
    assertThat(new Page("x").curves(new Curves(List.of())).html()).doesNotContain("NaN");
  }
}
