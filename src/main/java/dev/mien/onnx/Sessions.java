package dev.mien.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;

/** Opens ONNX Runtime's sessions as Mien wants them. */
final class Sessions {
  private Sessions() {}

  /** On a processor whose quick eight-bit sums may saturate, quick only if the weights allow it. */
  static OrtSession open(OrtEnvironment environment, byte[] onnx, Device device)
      throws OrtException, NetworkException {
    boolean exact = !Processor.sumsExactly();
    OrtSession session = open(environment, onnx, device, exact);
    try {
      // Only an opened network says what its weights are like.
      if (!exact || !hasSmallWeights(session)) {
        return session;
      }
      OrtSession quick = open(environment, onnx, device, false);
      session.close();
      return quick;
    } catch (OrtException | NetworkException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static boolean hasSmallWeights(OrtSession session) throws OrtException {
    return session
        .getMetadata()
        .getCustomMetadataValue(Network.WEIGHT_BITS)
        .filter("7"::equals)
        .isPresent();
  }

  private static OrtSession open(
      OrtEnvironment environment, byte[] onnx, Device device, boolean exact)
      throws OrtException, NetworkException {
    try (SessionOptions options = new SessionOptions()) {
      if (device instanceof Device.Cuda cuda) {
        Cuda.add(options, cuda.index());
        // Crops come in varying numbers, and patterns kept for each size grow without bound.
        options.setMemoryPatternOptimization(false);
      }
      // What fails is thrown; the runtime would say it on standard error too.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      if (exact) {
        options.addConfigEntry("session.x64quantprecision", "1");
      }
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      return environment.createSession(onnx, options);
    }
  }
}
