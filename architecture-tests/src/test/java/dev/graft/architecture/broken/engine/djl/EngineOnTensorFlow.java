package dev.graft.architecture.broken.engine.djl;

import org.tensorflow.StandIn;

/** Breaks: only the TensorFlow engine uses TensorFlow. */
record EngineOnTensorFlow(StandIn session) {}
