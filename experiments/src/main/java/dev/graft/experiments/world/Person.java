package dev.graft.experiments.world;

import java.util.Map;
import java.util.Objects;

/** An invented person, and what is known of them. */
record Person(String name, Map<Attribute, String> values) {
  Person {
    values = Map.copyOf(values);
  }

  String value(Attribute attribute) {
    return Objects.requireNonNull(values.get(attribute), "every person has every attribute");
  }
}
