package dev.mien.teach;

import java.util.List;

/**
 * What a training came to.
 *
 * @param onnx the best network, its logits at the temperature of its epoch
 * @param best the epoch that it is from
 * @param history every epoch
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record Trained(byte[] onnx, Epoch best, List<Epoch> history) {
  Trained {
    history = List.copyOf(history);
  }
}
