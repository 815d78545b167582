package dev.mien;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the table of docs/architecture.md. */
class ArchitectureTest {
  private static final List<String> ROOMS =
      List.of(
          "frame",
          "face",
          "model",
          "onnx",
          "convert",
          "source",
          "detect",
          "track",
          "crop",
          "classify",
          "annotate",
          "access",
          "rtsp",
          "sink",
          "pipeline",
          "session",
          "report",
          "config",
          "service",
          "dataset",
          "evaluate",
          "teach",
          "web",
          "command");

  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.mien");

  @ParameterizedTest(name = "{0} may know {1}")
  @CsvSource({
    "frame,    ''",
    "face,     frame",
    "model,    ''",
    "onnx,     model",
    "convert,  model onnx",
    "source,   frame",
    "detect,   frame face model onnx",
    "track,    face frame",
    "crop,     model",
    "classify, frame face model onnx crop",
    "annotate, frame face",
    "access,   ''",
    "rtsp,     access",
    "sink,     frame face annotate rtsp",
    "pipeline, frame face source detect track classify annotate sink",
    "session,  frame face model onnx source detect track classify annotate sink pipeline",
    "report,   frame face sink",
    "config,   model source sink session",
    "service,  config pipeline",
    "dataset,  frame source",
    "evaluate, frame face model source detect classify dataset",
    "teach,    frame face model onnx convert source detect crop classify dataset evaluate",
    "web,      frame face source sink pipeline access",
  })
  void roomsKnowOnlyTheirNeighbours(String room, String known) {
    String[] others =
        ROOMS.stream()
            .filter(r -> !r.equals(room) && !Arrays.asList(known.split(" ")).contains(r))
            .map(r -> "dev.mien." + r)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("dev.mien." + room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .check(CODE);
  }

  @ParameterizedTest(name = "{0} belongs to {1}")
  @CsvSource({
    "ai.onnxruntime..,             onnx",
    "ai.onnx.proto..,              convert",
    "org.bytedeco.javacv..,        source sink",
    "org.bytedeco.ffmpeg..,        source sink command",
    "org.bytedeco.opencv.opencv_dnn.., detect",
    "io.netty..,                   rtsp",
    "java.awt..,                   sink",
    "javax.swing..,                sink",
    "org.bytedeco.pytorch..,       teach",
    "picocli..,                    command",
    "ch.qos.logback..,             command",
    "com.fasterxml.jackson..,      model convert sink report dataset evaluate teach web config command",
    "org.eclipse.jetty..,          web",
    "io.prometheus..,              web",
    "com.sun.jna..,                service",
  })
  void librariesStayInTheirRooms(String library, String rooms) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Stream.of(rooms.split(" ")).map(r -> "dev.mien." + r).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .check(CODE);
  }

  @Test
  @DisplayName("no cycles between rooms")
  void noCycles() {
    slices().matching("dev.mien.(*)").should().beFreeOfCycles().check(CODE);
  }

  @Test
  @DisplayName("only the edge writes to standard output and reads the clock of the wall")
  void standardOutputBelongsToTheEdge() {
    ArchRule output =
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.mien.command")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
    output.check(CODE);
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.mien.source",
            "dev.mien.pipeline",
            "dev.mien.access", // says how long somebody has to wait
            "dev.mien.web", // says how long a viewer waited for an answer
            "dev.mien.rtsp", // reports carry the time of day; who went silent is told by the clock
            "dev.mien.teach", // says how long a network takes
            "dev.mien.evaluate", // likewise
            "dev.mien.command")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .because("timestamps are born in the source and only copied")
        .check(CODE);
  }

  @Test
  @DisplayName("nothing is timed by the clock of the wall, which may be set back")
  void theWallClockIsOnlyTold() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(
            "dev.mien.source.ConnectionSupervisor") // since when a link is as it is
        .and()
        .doNotHaveFullyQualifiedName("dev.mien.rtsp.Session") // reports to players
        .and()
        .doNotHaveFullyQualifiedName("dev.mien.rtsp.Publisher") // the same, to servers
        .and()
        .doNotHaveFullyQualifiedName("dev.mien.command.ServeCommand") // names of files
        .should()
        .callMethodWhere(
            describe(
                "ask for the time of day",
                call ->
                    call.getName().equals("currentTimeMillis")
                        || (call.getName().equals("now")
                            && call.getTargetOwner().isAssignableTo(Temporal.class))))
        .orShould()
        .callConstructor(Date.class)
        .check(CODE);
  }

  @Test
  @DisplayName("no names that say nothing")
  void namesSaySomething() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameStartingWith("Abstract")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Manager")
        .check(CODE);
  }
}
