package dev.graft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Holds Graft to {@link ModuleRules}. Every test first sees that the classes were imported, and
 * that the rule finds the class below {@code broken} that was written to break it.
 *
 * <p>These are plain test methods: ArchUnit's own {@code @ArchTest} fields run nothing under
 * Surefire.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ModuleRulesTest {
  private static final String GRAFT = "dev.graft";
  private static final String BROKEN = "dev.graft.architecture.broken";

  /** Modules without classes of their own for others to break a rule in. */
  private static final Set<String> UNCHECKED =
      Set.of("architecture-tests", "benchmarks", "bom", "examples");

  private JavaClasses graft = new ClassFileImporter().importClasses();
  private JavaClasses broken = graft;

  @BeforeAll
  void importClasses() {
    graft =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(GRAFT);
    broken = new ClassFileImporter().importPackages(BROKEN);
  }

  @BeforeEach
  void everyModuleWasImported() {
    Map<String, Integer> seen = Modules.count(GRAFT, graft);
    Modules.MINIMUM_CLASSES.forEach(
        (module, minimum) ->
            assertThat(seen.getOrDefault(module, 0))
                .as("classes imported of module %s", module)
                .isGreaterThanOrEqualTo(minimum));
  }

  @Test
  void apiUsesOnlyTheJdkAndAnnotations() {
    check(ModuleRules::apiUsesOnlyTheJdkAndAnnotations, "api.LoggingApi");
  }

  @Test
  void modulesUseOnlyWhatTheyMay() {
    check(ModuleRules::modulesUseOnlyWhatTheyMay, "graph.GraphThatTrains");
  }

  @Test
  void everyClassBelongsToAModule() {
    check(ModuleRules::modulesUseOnlyWhatTheyMay, "stray.OutsideOfEveryModule");
  }

  @Test
  void modulesHaveNoCycles() {
    check(ModuleRules::modulesHaveNoCycles, "graph.GraphThatTrains");
  }

  @Test
  void adaptersUseOnlyApi() {
    check(ModuleRules::adaptersAndMasksUseOnlyApi, "adapters.lora.AdapterThatReadsGraphs");
  }

  @Test
  void masksUseOnlyApi() {
    check(ModuleRules::adaptersAndMasksUseOnlyApi, "masking.MaskThatReadsGraphs");
  }

  @Test
  void adaptersDoNotKnowEachOther() {
    check(ModuleRules::adaptersDoNotKnowEachOther, "adapters.dora.AdapterThatKnowsAnother");
  }

  @Test
  void onlyTheDjlEngineAndModelsUseDjl() {
    check(ModuleRules::onlyTheDjlEngineAndModelsUseDjl, "training.TrainingOnDjl");
  }

  @Test
  void modelsUseOnlyTheTokenizersOfDjl() {
    check(ModuleRules::modelsUseOnlyTheTokenizersOfDjl, "models.ModelOnPyTorch");
  }

  @Test
  void onlyTheTensorFlowEngineUsesTensorFlow() {
    check(ModuleRules::onlyTheTensorFlowEngineUsesTensorFlow, "engine.djl.EngineOnTensorFlow");
  }

  @Test
  void onlyEnginesMentionEngines() {
    check(ModuleRules::onlyEnginesMentionEngines, "training.TrainingThatNamesAnEngine");
  }

  @Test
  void onlyTheCommandLinePrints() {
    check(ModuleRules::onlyTheCommandLinePrints, "masking.MaskThatPrints");
  }

  @Test
  void nobodyUsesJavaUtilLogging() {
    check(ModuleRules::nobodyUsesJavaUtilLogging, "models.ModelThatLogsByTheJdk");
  }

  @Test
  void backendsAreNotInjected() {
    check(ModuleRules::pluginsAreNotInjected, "engine.djl.InjectedBackend");
  }

  @Test
  void providersAreNotInjected() {
    check(ModuleRules::pluginsAreNotInjected, "engine.djl.InjectedProvider");
  }

  @Test
  void everyPackageIsNullMarked() {
    check(ModuleRules::everyPackageIsNullMarked, "unmarked.WithoutPackageInfo");
  }

  @Test
  void classesAreFinalUnlessAbstract() {
    check(ModuleRules::classesAreFinalUnlessAbstract, "models.OpenModel");
  }

  @Test
  void staticFieldsAreFinal() {
    check(ModuleRules::staticFieldsAreFinal, "training.StaticState");
  }

  /** The rule about injection finds plugins by these names. */
  @Test
  void thePluginInterfacesAreInApi() {
    Set<String> interfaces =
        graft.stream()
            .filter(JavaClass::isInterface)
            .filter(javaClass -> javaClass.getPackageName().startsWith(GRAFT + ".api."))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());

    assertThat(interfaces)
        .containsAll(ModuleRules.PLUGIN_INTERFACES)
        .filteredOn(name -> name.endsWith("Provider"))
        .hasSizeGreaterThanOrEqualTo(ModuleRules.PLUGIN_INTERFACES.size());
  }

  /** A new module takes part in the rules only once it is listed here. */
  @Test
  void everyModuleOfTheBuildIsChecked() throws Exception {
    String parent = Files.readString(Path.of("..", "pom.xml"));
    Set<String> modules =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(parent)
            .results()
            .map((MatchResult match) -> match.group(1))
            .filter(module -> !UNCHECKED.contains(module))
            .map(module -> module.replace('-', '.'))
            .collect(Collectors.toSet());

    assertThat(modules).hasSizeGreaterThanOrEqualTo(10).isEqualTo(Modules.MINIMUM_CLASSES.keySet());
  }

  @Test
  void theBomNamesEveryModuleInTheVersionOfTheBuild() throws Exception {
    String bom = Files.readString(Path.of("..", "bom", "pom.xml"));
    for (String module : Modules.MINIMUM_CLASSES.keySet()) {
      assertThat(bom).contains("<artifactId>graft-" + module.replace('.', '-') + "</artifactId>");
    }
    Matcher version =
        Pattern.compile("<version>([^<]+)</version>")
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(bom).contains("<version>" + version.group(1) + "</version>");
  }

  /** Graft keeps the rule; the rule finds the class that was written to break it. */
  private void check(Function<String, ArchRule> rule, String brokenClass) {
    EvaluationResult onBroken = rule.apply(BROKEN).evaluate(broken);
    assertThat(String.join("\n", onBroken.getFailureReport().getDetails()))
        .as("what the rule finds among the broken classes")
        .contains(BROKEN + "." + brokenClass);

    rule.apply(GRAFT).check(graft);
  }
}
