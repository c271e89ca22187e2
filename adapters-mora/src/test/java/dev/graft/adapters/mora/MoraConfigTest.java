package dev.graft.adapters.mora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.graft.adapters.mora.MoraConfig.Coverage;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class MoraConfigTest {
  private static final String Q = "model.layers.3.self_attn.q_proj";

  private static MoraConfig bind(Map<String, ?> block) {
    return ConfigBinder.bind(block, MoraConfig.class, "adapter");
  }

  private static Site site(int in, int out) {
    return new Site(Q, SiteKind.LINEAR, in, out, 3);
  }

  private static List<ParameterSpec> parameters(Map<String, ?> block, Site site) {
    return new MoraAdapter(bind(block)).parameters(site);
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(AdapterProvider.class))
        .filteredOn(p -> p instanceof MoraProvider)
        .hasSize(1)
        .allMatch(p -> p.name().equals("mora"));
  }

  @Test
  void hasDefaults() {
    MoraConfig c = bind(Map.of());
    assertThat(c.r()).isEqualTo(8);
    assertThat(c.squareRank()).isEmpty();
    assertThat(c.moraType()).isEqualTo(MoraType.ROTATION);
    assertThat(c.coverage()).isEqualTo(Coverage.FULL);
    assertThat(c.dropout()).isZero();
    assertThat(c.targets()).isEqualTo(TargetModules.of("q_proj", "v_proj"));
  }

  @ParameterizedTest
  @CsvSource({
    "sharing-strided, 1, SHARING_STRIDED",
    "sharing-grouped, 2, SHARING_GROUPED",
    "sharing-grouped-strided, 3, SHARING_GROUPED_STRIDED",
    "sharing-strided-grouped, 4, SHARING_STRIDED_GROUPED",
    "rotation, 6, ROTATION",
  })
  void typesHaveNamesAndTheAuthorsNumbers(String name, int number, MoraType type) {
    for (Object value : List.of(name, number, String.valueOf(number))) {
      MoraConfig c = bind(Map.of("mora_type", value));
      assertThat(c.moraType()).isEqualTo(type);
      assertThat(ConfigBinder.toMap(c)).containsEntry("mora_type", name);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "r, 0, r of at least 1",
    "square_rank, 0, square_rank of at least 1",
    "square_rank, 7, an even square_rank with rotation",
    "dropout, 1, 'dropout in [0, 1)'",
    "dropout, -0.1, 'dropout in [0, 1)'",
    "mora_type, 5, '1, 2, 3, 4 and 6'",
    "mora_type, rotaton, Did you mean 'rotation'",
    "coverage, fill, Did you mean 'full'",
  })
  void refusesOtherValues(String key, String value, String expected) {
    assertThatThrownBy(() -> bind(Map.of(key, value)))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_VALUE))
        .hasMessageContaining("adapter")
        .hasMessageContaining(expected);
  }

  @Test
  void refusesPatternsOutOfRange() {
    assertThatThrownBy(() -> bind(Map.of("rank_pattern", Map.of("q_proj", 0))))
        .hasMessageContaining("rank_pattern['q_proj']");
    assertThatThrownBy(() -> bind(Map.of("rank_pattern", Map.of("q_(proj", 4))))
        .hasMessageContaining("regular expression")
        .hasMessageContaining("q_(proj");
  }

  @Test
  void hasAsManyParametersAsALora() {
    for (Object type : List.of(1, 2, 3, 4, 6)) {
      assertThat(parameters(Map.of("mora_type", type), site(4096, 4096)))
          .containsExactly(new ParameterSpec("mora_M", Shape.of(256, 256), Initializer.zeros()));
    }
    assertThat(256 * 256).isEqualTo(8 * (4096 + 4096));
  }

  /** The sides are those of the authors' code for its cases. */
  @Test
  void roundsAsTheAuthorsCodeDoes() {
    int compared = 0;
    for (String key : Unit.FILE.keySet()) {
      if (key.endsWith(".M")) {
        String[] parts = key.substring(0, key.length() - 2).split("_", -1);
        int in = Integer.parseInt(parts[0].substring(2));
        int out = Integer.parseInt(parts[1].substring(3));
        int r = Integer.parseInt(parts[2].substring(1));
        String type = parts[3].substring(4);
        assertThat(parameters(Map.of("r", r, "mora_type", type), site(in, out)).get(0).shape())
            .as(key)
            .isEqualTo(Unit.FILE.get(key).shape());
        compared++;
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(10);
  }

  @Test
  void theSideOfMFollowsRankPatternsAndSquareRank() {
    Map<String, Object> block = new HashMap<>(Map.of("square_rank", 10));
    assertThat(bind(block).side(site(64, 64))).isEqualTo(10);
    block.put("rank_pattern", Map.of("q_proj", 4));
    assertThat(bind(block).side(site(64, 64))).isEqualTo(22);
    block.put("mora_type", 2);
    assertThat(bind(block).side(site(64, 64))).isEqualTo(23);
    block.put("rank_pattern", Map.of("k_proj", 4));
    assertThat(bind(block).side(site(64, 64))).isEqualTo(10);
  }

  @Test
  void leavesOutExcludedModules() {
    MoraAdapter adapter =
        new MoraAdapter(
            bind(Map.of("target_modules", "all-linear", "exclude_modules", List.of("q_proj"))));
    assertThat(adapter.targets().matches(site(4, 4))).isFalse();
    assertThat(adapter.targets().matches(new Site("a.k_proj", SiteKind.LINEAR, 4, 4, 0))).isTrue();
  }

  private static void refused(Map<String, ?> block, Site site, String part) {
    assertThatThrownBy(() -> parameters(block, site))
        .isInstanceOfSatisfying(
            GraftException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
        .hasMessageContaining(part)
        .hasMessageContaining(site.name());
  }

  @Test
  void refusesSitesThatDoNotSuit() {
    refused(Map.of("r", 1), site(1, 1), "at least 2");
    assertThat(parameters(Map.of("r", 1, "mora_type", 1), site(1, 1))).hasSize(1);
    refused(Map.of(), new Site("embed", SiteKind.EMBEDDING, 64, 8, -1), "embedding");
  }

  @Test
  void warnsOnceOfAnMWiderThanTheSite() {
    Logger logger = (Logger) LoggerFactory.getLogger(MoraAdapter.class);
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    seen.start();
    logger.addAppender(seen);
    logger.setAdditive(false);
    try {
      MoraAdapter adapter = new MoraAdapter(bind(Map.of("square_rank", 20)));
      adapter.parameters(site(20, 64));
      assertThat(seen.list).isEmpty();
      for (int i = 0; i < 3; i++) {
        adapter.parameters(site(18, 64));
      }
    } finally {
      logger.detachAppender(seen);
      logger.setAdditive(true);
    }
    assertThat(seen.list).hasSize(1);
    ILoggingEvent event = seen.list.get(0);
    assertThat(event.getLevel()).isEqualTo(Level.WARN);
    assertThat(event.getFormattedMessage()).contains(Q, "(18 to 64)", "is 20, more than 18");
  }
}
