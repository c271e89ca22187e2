package dev.graft.training.jinja;

import java.util.Map;

/** A namespace: attributes that can be set from within loops. */
record Namespace(Map<String, Object> attributes) {}
