package dev.graft.experiments.study;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.Factor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The combinations of levels that run. */
final class Matrix {
  private Matrix() {}

  /**
   * The combinations of some parts of a matrix, each once, in the order of the factors' levels.
   *
   * @param factors all levels of every factor
   * @param parts each as {factor: levels}
   */
  static List<Map<String, String>> cells(
      List<Factor> factors, List<Map<String, List<String>>> parts) {
    Set<Map<String, String>> wanted = new LinkedHashSet<>();
    for (Map<String, List<String>> part : parts) {
      check(factors, part);
      wanted.addAll(product(factors, part));
    }
    return product(factors, Map.of()).stream().filter(wanted::contains).toList();
  }

  private static void check(List<Factor> factors, Map<String, List<String>> part) {
    part.forEach(
        (name, levels) -> {
          Factor factor =
              factors.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
          if (factor == null) {
            throw bad("a factor, one of " + factors.stream().map(Factor::name).toList(), name);
          }
          for (String level : levels) {
            if (!factor.levels().contains(level)) {
              throw bad("a level of " + name + ", one of " + factor.levels(), level);
            }
          }
        });
  }

  private static GraftException bad(String expected, String received) {
    return new GraftException(
        ErrorCode.CONFIG_VALUE,
        "expected "
            + expected
            + ", received '"
            + received
            + "' in a scope, a rule or the sweep of the study; correct its file");
  }

  static void check(List<Factor> factors, List<Rule> rules) {
    rules.forEach(r -> check(factors, r.when()));
  }

  private static List<Map<String, String>> product(
      List<Factor> factors, Map<String, List<String>> part) {
    List<Map<String, String>> out = List.of(Map.of());
    for (Factor factor : factors) {
      List<String> wanted = part.getOrDefault(factor.name(), factor.levels());
      List<Map<String, String>> next = new ArrayList<>();
      for (Map<String, String> cell : out) {
        for (String level : factor.levels()) {
          if (wanted.contains(level)) {
            Map<String, String> more = new LinkedHashMap<>(cell);
            more.put(factor.name(), level);
            next.add(more);
          }
        }
      }
      out = next;
    }
    return out;
  }
}
