package dev.graft.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * The rules. Each takes the root package that it speaks of, so that the same rule is applied to
 * Graft and to the deliberately broken classes below {@code dev.graft.architecture.broken}.
 */
final class ModuleRules {
  static final Set<String> PLUGIN_INTERFACES = Set.of("Backend", "Adapter", "MaskingStrategy");

  private ModuleRules() {}

  static ArchRule apiUsesOnlyTheJdkAndAnnotations(String root) {
    return classes()
        .that()
        .resideInAPackage(root + ".api..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "org.apiguardian..", root + ".api..");
  }

  static ArchRule modulesUseOnlyWhatTheyMay(String root) {
    return classes().that().resideInAPackage(root + "..").should(useOnlyWhatTheirModuleMay(root));
  }

  static ArchRule modulesHaveNoCycles(String root) {
    return slices().assignedFrom(modules(root)).should().beFreeOfCycles();
  }

  /** Beside {@code api} an adapter or a mask has the JDK, jspecify and a logger. */
  static ArchRule adaptersAndMasksUseOnlyApi(String root) {
    return classes()
        .that()
        .resideInAnyPackage(root + ".adapters..", root + ".masking..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.slf4j..",
            root + ".api..",
            root + ".adapters..",
            root + ".masking..");
  }

  static ArchRule adaptersDoNotKnowEachOther(String root) {
    return slices().matching(root + ".adapters.(*)..").should().notDependOnEachOther();
  }

  static ArchRule onlyTheDjlEngineAndModelsUseDjl(String root) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(root + ".engine.djl..", root + ".models..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..");
  }

  /** The tokenizers, and the interface that they implement; no engine comes with them. */
  static ArchRule modelsUseOnlyTheTokenizersOfDjl(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".models..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("ai.djl..")
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage("ai.djl.huggingface..", "ai.djl.modality.nlp.."))));
  }

  static ArchRule onlyTheTensorFlowEngineUsesTensorFlow(String root) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".engine.tf..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.tensorflow..", "org.bytedeco..");
  }

  /** The test kit may: it compares with the reference engine. The command line may say a name. */
  static ArchRule onlyEnginesMentionEngines(String root) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(root + ".engine..", root + ".testkit..", root + ".cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".engine..");
  }

  static ArchRule onlyTheCommandLinePrints(String root) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".cli..")
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);
  }

  static ArchRule nobodyUsesJavaUtilLogging(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..");
  }

  static ArchRule pluginsAreNotInjected(String root) {
    return noClasses()
        .that(arePlugins(root))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.inject..", "javax.inject..", "com.google.inject..")
        // A tree without a plugin yet is fine; that the rule bites is seen on the broken one.
        .allowEmptyShould(true);
  }

  static ArchRule everyPackageIsNullMarked(String root) {
    return classes().that().resideInAPackage(root + "..").should(resideInANullMarkedPackage());
  }

  static ArchRule classesAreFinalUnlessAbstract(String root) {
    return classes()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .areTopLevelClasses()
        .and()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .doNotHaveModifier(JavaModifier.ABSTRACT)
        .should()
        .haveModifier(JavaModifier.FINAL);
  }

  static ArchRule staticFieldsAreFinal(String root) {
    return fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage(root + "..")
        .and()
        .areStatic()
        .should()
        .beFinal();
  }

  private static ArchCondition<JavaClass> useOnlyWhatTheirModuleMay(String root) {
    return new ArchCondition<>("use only the modules that their own may use") {
      @Override
      public void check(JavaClass javaClass, ConditionEvents events) {
        String module = Modules.of(root, javaClass.getPackageName()).orElse("");
        if (module.isEmpty()) {
          String message = javaClass.getName() + " belongs to no module listed in Modules";
          events.add(SimpleConditionEvent.violated(javaClass, message));
          return;
        }
        for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
          String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
          if (!target.startsWith(root + ".")) {
            continue;
          }
          String used = Modules.of(root, target).orElse(target);
          if (!Modules.mayUse(module, used)) {
            String message = module + " may not use " + used + ": " + dependency.getDescription();
            events.add(SimpleConditionEvent.violated(dependency, message));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package whose package-info says @NullMarked") {
      @Override
      public void check(JavaClass javaClass, ConditionEvents events) {
        if (!javaClass.getPackage().isAnnotatedWith(NullMarked.class)) {
          String message =
              javaClass.getPackageName() + " is not @NullMarked, seen at " + javaClass.getName();
          events.add(SimpleConditionEvent.violated(javaClass, message));
        }
      }
    };
  }

  private static DescribedPredicate<JavaClass> arePlugins(String root) {
    return DescribedPredicate.describe(
        "implement a plugin interface of api or the provider of one",
        javaClass ->
            !javaClass.isInterface()
                && javaClass.getAllRawInterfaces().stream()
                    .filter(resideInAPackage(root + ".api.."))
                    .map(JavaClass::getSimpleName)
                    .anyMatch(
                        name -> PLUGIN_INTERFACES.contains(name) || name.endsWith("Provider")));
  }

  private static SliceAssignment modules(String root) {
    return new SliceAssignment() {
      @Override
      public String getDescription() {
        return "modules";
      }

      @Override
      public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
        return Modules.of(root, javaClass.getPackageName())
            .map(SliceIdentifier::of)
            .orElseGet(SliceIdentifier::ignore);
      }
    };
  }
}
