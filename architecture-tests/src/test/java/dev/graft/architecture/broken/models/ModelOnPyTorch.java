package dev.graft.architecture.broken.models;

import ai.djl.pytorch.engine.PtEngine;

/** Breaks: models use only the tokenizers of DJL. */
final class ModelOnPyTorch {
  private ModelOnPyTorch() {}

  static String name() {
    return PtEngine.ENGINE_NAME.concat(PtEngine.class.getName());
  }
}
