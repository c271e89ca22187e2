package dev.graft.architecture.broken.api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Breaks: api uses only the JDK, jspecify and apiguardian. */
final class LoggingApi {
  private LoggingApi() {}

  static Logger logger() {
    return LoggerFactory.getLogger("api");
  }
}
