package dev.graft.engine.tf;

import org.tensorflow.internal.c_api.TF_Operation;

/** One output of a node of TensorFlow's graph. */
record Value(TF_Operation operation, int index) {}
