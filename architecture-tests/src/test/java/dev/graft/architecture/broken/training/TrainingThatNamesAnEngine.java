package dev.graft.architecture.broken.training;

import dev.graft.architecture.broken.engine.djl.Engine;

/** Breaks: only engines mention engines. */
record TrainingThatNamesAnEngine(Engine engine) {}
