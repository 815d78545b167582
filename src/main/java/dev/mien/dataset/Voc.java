package dev.mien.dataset;

import dev.mien.frame.Box;
import dev.mien.source.PictureFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Pascal VOC: for each picture an XML file with the boxes in it. Pixels count from 1 there and both
 * corners belong to the box (VOC2012 devkit, section 5).
 */
final class Voc {
  private static final String ANNOTATIONS = "annotations";
  private static final String IMAGES = "images";

  private record Marked(String label, Box box, boolean difficult) {}

  private record Annotation(Path picture, List<Marked> objects) {}

  private Voc() {}

  static boolean in(Path folder) {
    return Files.isDirectory(folder.resolve(ANNOTATIONS))
        && Files.isDirectory(folder.resolve(IMAGES));
  }

  static Dataset read(Path root, Map<String, String> map) throws DatasetException {
    DocumentBuilder parser = parser();
    List<Annotation> all = new ArrayList<>();
    for (Path file : annotations(root.resolve(ANNOTATIONS))) {
      all.add(read(parser, file, root.resolve(IMAGES)));
    }
    TreeSet<String> theirs = new TreeSet<>();
    all.forEach(a -> a.objects().forEach(m -> theirs.add(m.label())));
    if (theirs.isEmpty()) {
      throw new DatasetException(
          root.resolve(ANNOTATIONS) + ": no boxes in it, expected Pascal VOC's XML files");
    }
    LabelMap labels = new LabelMap(root, map, theirs);
    List<Example> examples = new ArrayList<>();
    for (Annotation annotation : all) {
      // What a detector finds there is wrong, and counts.
      if (annotation.objects().isEmpty()) {
        examples.add(Example.noFace(annotation.picture()));
      }
      for (Marked marked : annotation.objects()) {
        examples.add(
            new Example(
                annotation.picture(),
                marked.box(),
                labels.index(marked.label()),
                marked.difficult() ? Example.DIFFICULT : ""));
      }
    }
    return new Dataset(labels.labels(), examples);
  }

  private static List<Path> annotations(Path folder) throws DatasetException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(".xml") && !PictureFolder.isHidden(folder, f))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DatasetException(folder + " cannot be listed: " + e.getMessage(), e);
    }
  }

  /** Without documents of others: an annotation has no business to read files or the network. */
  private static DocumentBuilder parser() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder parser = factory.newDocumentBuilder();
      parser.setErrorHandler(null);
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every JDK reads XML without a DTD", e);
    }
  }

  private static Annotation read(DocumentBuilder parser, Path file, Path images)
      throws DatasetException {
    Element root;
    try (InputStream in = Files.newInputStream(file)) {
      root = parser.parse(in).getDocumentElement();
    } catch (IOException | SAXException e) {
      throw new DatasetException(file + ": not an annotation of Pascal VOC: " + e.getMessage(), e);
    }
    Path picture = picture(file, images, text(root, "filename"));
    List<Marked> marked = new ArrayList<>();
    NodeList objects = root.getElementsByTagName("object");
    for (int i = 0; i < objects.getLength(); i++) {
      Element object = (Element) objects.item(i);
      String label = text(object, "name");
      if (label == null) {
        throw new DatasetException(file + ": an object without a name");
      }
      double left = number(file, object, "xmin") - 1;
      double top = number(file, object, "ymin") - 1;
      double right = number(file, object, "xmax");
      double bottom = number(file, object, "ymax");
      if (!(left < right && top < bottom)) {
        throw new DatasetException(
            "%s: box of '%s' has xmin %s, ymin %s, xmax %s, ymax %s; expected min below max"
                .formatted(file, label, left + 1, top + 1, right, bottom));
      }
      Box box = Box.ofCorners(left, top, right, bottom);
      marked.add(new Marked(label, box, "1".equals(text(object, "difficult"))));
    }
    return new Annotation(picture, marked);
  }

  private static Path picture(Path annotation, Path images, @Nullable String name)
      throws DatasetException {
    if (name != null && name.matches("[^/\\\\]+") && Files.isRegularFile(images.resolve(name))) {
      return images.resolve(name);
    }
    // Pictures that were coded anew have another ending than their annotation says.
    String stem = annotation.getFileName().toString().replaceFirst("\\.xml$", "");
    for (String ending : List.of(".jpg", ".png", ".jpeg", ".bmp", ".webp")) {
      if (Files.isRegularFile(images.resolve(stem + ending))) {
        return images.resolve(stem + ending);
      }
    }
    throw new DatasetException(
        "%s: its picture '%s' is not in %s".formatted(annotation, name, images));
  }

  private static @Nullable String text(Element parent, String tag) {
    NodeList found = parent.getElementsByTagName(tag);
    return found.getLength() == 0 ? null : found.item(0).getTextContent().strip();
  }

  private static double number(Path file, Element object, String tag) throws DatasetException {
    String text = text(object, tag);
    try {
      return Double.parseDouble(String.valueOf(text));
    } catch (NumberFormatException e) {
      throw new DatasetException(
          "%s: %s is '%s', expected a number of pixels".formatted(file, tag, text), e);
    }
  }
}
