package dev.graft.architecture.broken.models;

import java.util.logging.Logger;

/** Breaks: nobody uses java.util.logging. */
record ModelThatLogsByTheJdk(Logger logger) {}
