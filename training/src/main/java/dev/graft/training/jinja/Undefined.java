package dev.graft.training.jinja;

/** What a name, a key or an index that is not there evaluates to. */
record Undefined(String name) {
  JinjaException error() {
    return new JinjaException("expected a value, received '" + name + "', which is undefined");
  }
}
