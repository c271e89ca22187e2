package dev.graft.architecture.broken.training;

import ai.djl.Device;

/** Breaks: only the DJL engine and models use DJL. */
record TrainingOnDjl(Device device) {}
