package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a masking strategy has to do, as tests: extend this class and name the provider and some
 * configurations. Which tokens a mask chooses is the author's to test; here is what holds for all.
 *
 * @param <C> the mask's configuration
 */
public abstract class MaskingConformance<C extends Record> {
  private static final long SEED = 3;

  /** Made by JUnit. */
  protected MaskingConformance() {}

  /** The provider under test. */
  protected abstract MaskingProvider<C> provider();

  /** The configurations to test. */
  protected abstract List<C> configs();

  /** A test of one example; the strategy has seen the whole corpus. */
  private interface ExampleTest {
    void run(MaskingStrategy mask, String name, TokenizedExample example);
  }

  private MaskingStrategy prepared(C config) {
    MaskingStrategy mask = provider().create(config);
    mask.prepare(MaskingSamples.all().values());
    return mask;
  }

  private Stream<DynamicNode> everywhere(ExampleTest test) {
    List<C> configs = configs();
    assertThat(configs).as("the configurations to test").isNotEmpty();
    return configs.stream()
        .map(
            c ->
                DynamicContainer.dynamicContainer(
                    c.toString(),
                    MaskingSamples.all().entrySet().stream()
                        .map(
                            e ->
                                DynamicTest.dynamicTest(
                                    e.getKey(),
                                    () -> test.run(prepared(c), e.getKey(), e.getValue())))));
  }

  @Test
  final void theProviderIsInOrder() {
    assertThat(provider().name())
        .as("the provider's name is kebab-case")
        .matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    assertThat(provider().configType().isRecord()).as("the configuration is a record").isTrue();
  }

  @TestFactory
  final Stream<DynamicNode> weightsAreInOrder() {
    return everywhere(
        (mask, name, example) -> {
          float[] w = mask.mask(example, SEED);
          assertThat(w.length).as("the number of weights of '%s'", name).isEqualTo(example.size());
          for (int i = 0; i < w.length; i++) {
            if (!(w[i] >= 0 && w[i] <= 1)) {
              throw new AssertionError(
                  "expected weights in [0, 1], received "
                      + w[i]
                      + " for token "
                      + i
                      + " of '"
                      + name
                      + "'");
            }
          }
          if (w.length > 0) {
            assertThat(w[0])
                .as("the weight of the first token of '%s', which nothing predicts", name)
                .isZero();
          }
        });
  }

  @TestFactory
  final Stream<DynamicNode> aMaskIsDeterministic() {
    return everywhere(
        (mask, name, example) -> {
          float[] first = mask.mask(example, SEED);
          float[] copy = first.clone();
          Arrays.fill(first, -1); // the caller owns the array
          assertThat(mask.mask(example, SEED))
              .as("the weights of '%s', asked for again", name)
              .isEqualTo(copy);
          MaskingSamples.all().values().forEach(other -> mask.mask(other, SEED + 1));
          assertThat(mask.mask(example, SEED))
              .as("the weights of '%s', asked for after others", name)
              .isEqualTo(copy);
        });
  }

  @TestFactory
  final Stream<DynamicNode> aResponseCarriesLoss() {
    return configs().stream()
        .map(
            c ->
                DynamicContainer.dynamicContainer(
                    c.toString(),
                    MaskingSamples.withResponse().stream()
                        .map(
                            name ->
                                DynamicTest.dynamicTest(
                                    name, () -> carriesLoss(prepared(c), name)))));
  }

  /** A model that learns answers has to learn to end them, unless that is not wanted. */
  @TestFactory
  final Stream<DynamicNode> aTrainedResponseIsEnded() {
    return configs().stream()
        .map(
            c ->
                DynamicContainer.dynamicContainer(
                    c.toString(),
                    MaskingSamples.withEnd().stream()
                        .map(
                            name ->
                                DynamicTest.dynamicTest(name, () -> isEnded(prepared(c), name)))));
  }

  private static void isEnded(MaskingStrategy mask, String name) {
    TokenizedExample example = sample(name);
    float[] w = mask.mask(example, SEED);
    boolean response = false;
    boolean end = false;
    for (int i = 0; i < w.length; i++) {
      Token t = example.tokens().get(i);
      response |= w[i] > 0 && t.role() == Role.RESPONSE;
      end |= w[i] > 0 && t.endOfTurn();
    }
    if (mask.leavesOutEndOfTurn()) {
      assertThat(end).as("whether '%s' has a trained end, which is left out", name).isFalse();
    } else if (response) {
      assertThat(end).as("whether the trained response of '%s' has a trained end", name).isTrue();
    }
  }

  @TestFactory
  final Stream<DynamicNode> aSecondPreparationIsAsTheFirst() {
    return everywhere(
        (mask, name, example) -> {
          float[] once = mask.mask(example, SEED);
          Map<String, Object> found = Map.copyOf(mask.findings());
          mask.prepare(MaskingSamples.all().values());
          assertThat(mask.mask(example, SEED))
              .as("the weights of '%s' after the same corpus again", name)
              .isEqualTo(once);
          assertThat(mask.findings()).as("what was found, again").isEqualTo(found);
        });
  }

  @TestFactory
  final Stream<DynamicNode> findingsAreValuesOfAManifest() {
    return configs().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.toString(), () -> checkValue(prepared(c).findings(), "findings")));
  }

  private static void checkValue(Object value, String at) {
    if (value instanceof Map<?, ?> m) {
      m.forEach(
          (k, v) -> {
            assertThat(k).as("a key of " + at).isInstanceOf(String.class);
            checkValue(v, at + "." + k);
          });
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        checkValue(list.get(i), at + "[" + i + "]");
      }
    } else if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
      throw new AssertionError(
          "expected strings, numbers, booleans, lists and maps in what was found, received "
              + value
              + " as "
              + at);
    }
  }

  private static TokenizedExample sample(String name) {
    return MaskingSamples.all().getOrDefault(name, new TokenizedExample("", List.of()));
  }

  private static void carriesLoss(MaskingStrategy mask, String name) {
    TokenizedExample example = sample(name);
    float sum = 0;
    for (float w : mask.mask(example, SEED)) {
      sum += w;
    }
    assertThat(sum).as("the sum of the weights of '%s', which has a response", name).isPositive();
  }
}
