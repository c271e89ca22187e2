package org.tensorflow;

/** Stands for TensorFlow, so that the rule about it can be seen to fail without the library. */
public final class StandIn {}
