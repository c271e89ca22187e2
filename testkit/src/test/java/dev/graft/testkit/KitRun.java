package dev.graft.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a conformance class as JUnit would, and keeps what failed. */
final class KitRun implements TestExecutionListener {
  private final Map<String, String> failures = new LinkedHashMap<>();
  private int tests;

  private KitRun() {}

  /** Runs the tests of the methods whose names match a regular expression. */
  static KitRun of(Class<?> conformance, String methods) {
    KitRun run = new KitRun();
    PostDiscoveryFilter filter =
        d ->
            FilterResult.includedIf(
                !(d.getSource().orElse(null) instanceof MethodSource m)
                    || m.getMethodName().matches(methods));
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(conformance))
            .filters(filter)
            .build();
    LauncherFactory.create().execute(request, run);
    return run;
  }

  @Override
  public void executionFinished(TestIdentifier id, TestExecutionResult result) {
    tests += id.isTest() ? 1 : 0;
    result
        .getThrowable()
        .ifPresent(t -> failures.put(id.getUniqueId() + " " + id.getDisplayName(), t.toString()));
  }

  int tests() {
    return tests;
  }

  /** What failed: the test's id and name, with its message. */
  Map<String, String> failures() {
    return failures;
  }
}
