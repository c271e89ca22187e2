package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.masking.MaskingProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginsCommandTest {
  private static final String MASK =
      """
      package other;
      public final class %1$s implements dev.graft.api.masking.MaskingProvider<%1$s.Config> {
        public record Config(@dev.graft.api.config.Default("3") int every) {}
        public String name() { return "%2$s"; }
        public Class<Config> configType() { return Config.class; }
        public dev.graft.api.masking.MaskingStrategy create(Config c) {
          return (example, seed) -> new float[example.size()];
        }
        static {
          try {
            Class.forName("picocli.CommandLine");
            throw new IllegalStateException("sees the libraries of Graft");
          } catch (ClassNotFoundException e) {
            // as it should be
          }
        }
      }
      """;

  @TempDir Path temp;

  private Path plugin(String folder, String source, String className, String... offered)
      throws IOException {
    return PluginFolder.compile(
        temp.resolve(folder), MaskingProvider.class, className, source, offered);
  }

  @Test
  void listsWhatIsOnTheClassPathWithParameters() throws IOException {
    Run run = Run.graft("plugins", "--json").succeeds();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("plugins").findValuesAsText("name"))
        .containsAll(Tiny.engines())
        .contains("lora", "dora", "mora", "vera", "none", "response-only");
    assertThat(json.get("broken")).isEmpty();
    JsonNode lora = null;
    for (JsonNode p : json.get("plugins")) {
      assertThat(p.get("version").asText()).isNotBlank();
      assertThat(p.get("jar").asText()).isNotBlank();
      if (p.get("kind").asText().equals("backend")) {
        assertThat(p.get("usable").asBoolean()).as(p.get("detail").asText()).isTrue();
        assertThat(p.get("devices")).isNotEmpty();
      }
      lora = p.get("name").asText().equals("lora") ? p : lora;
    }
    assertThat(lora).isNotNull();
    JsonNode r = lora.get("parameters").get(0);
    assertThat(r.get("key").asText()).isEqualTo("r");
    assertThat(r.get("type").asText()).isEqualTo("int");
    assertThat(r.get("default").asText()).isEqualTo("8");
    assertThat(r.get("doc").asText()).isNotBlank();
  }

  @Test
  void showsThemToPeople() {
    assertThat(Run.graft("plugins").succeeds().out())
        .contains("adapter lora (", "masking response-only (", "backend reference (")
        .containsPattern("  r +int +default 8 +Rank");
  }

  @Test
  void aPluginHasALoaderOfItsOwn() throws IOException {
    Path good = plugin("good", MASK.formatted("Every", "every-nth"), "Every", "other.Every");
    Run run = Run.graft(List.of(good), "plugins").succeeds();
    assertThat(run.out()).contains("masking every-nth (development, " + good + ")");
    assertThat(run.out()).containsPattern("  every +int +default 3");
  }

  @Test
  void aBrokenPluginDoesNotHideTheOthers() throws IOException {
    Path half =
        plugin("half", MASK.formatted("Every", "every-nth"), "Every", "other.Lost", "other.Every");
    Run run = Run.graft(List.of(half), "plugins");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("masking every-nth (", "masking none (");
    assertThat(run.err())
        .contains("graft: the masking plugin in " + half, "other.Lost", "[plugin.broken]")
        .doesNotContain("\tat ");
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void leavesOutPluginsWithANameThatIsTakenOrIsNoId() throws IOException {
    Path taken = plugin("taken", MASK.formatted("Mine", "none"), "Mine", "other.Mine");
    Path bad = plugin("bad", MASK.formatted("Mine", "My Mask"), "Mine", "other.Mine");
    Path good = plugin("good", MASK.formatted("Every", "every-nth"), "Every", "other.Every");
    Run run = Run.graft("plugins", "--plugins", taken, "--plugins", bad, "--plugins", good);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("masking every-nth (", "masking none (");
    assertThat(run.err())
        .contains("masking plugin named 'none'", taken.toString(), "'My Mask'", bad.toString());
    assertThat(run.err().lines()).hasSize(2);
  }

  @Test
  void refusesAPathThatIsNotThere() {
    Path nowhere = temp.resolve("nowhere.jar");
    assertThat(Run.graft(List.of(nowhere), "plugins").failsWith(ErrorCode.FILE_MISSING))
        .contains("GRAFT_PLUGINS", "--plugins", nowhere.toString());
  }
}
