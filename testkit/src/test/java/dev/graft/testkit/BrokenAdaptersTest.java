package dev.graft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.testkit.ToyAdapter.Config;
import dev.graft.testkit.ToyAdapter.Fault;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The kit rejects adapters with one fault each, and says what is wrong; it passes a good one. */
final class BrokenAdaptersTest {
  /** Demands that exactly the tests of one method reject the toy, with a message. */
  private static void rejected(Class<? extends Toy> toy, String method, String message) {
    KitRun run = KitRun.of(toy, ".*");
    assertThat(run.tests()).isGreaterThan(20);
    Set<String> methods =
        run.failures().keySet().stream()
            .map(id -> id.replaceAll(".*(?:method|test-factory):(\\w+).*", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(methods).containsExactly(method);
    assertThat(run.failures().values()).allMatch(text -> text.contains(message));
  }

  /** Demands that the kit rejects the toy, in several tests, with a message among others. */
  private static void found(Class<? extends Toy> toy, String message) {
    assertThat(KitRun.of(toy, ".*").failures().values()).anyMatch(text -> text.contains(message));
  }

  /** The conformance class of the toy with a fault. */
  abstract static class Toy extends AdapterConformance<Config> {
    private final Fault fault;

    Toy(Fault fault) {
      this.fault = fault;
    }

    @Override
    protected AdapterProvider<Config> provider() {
      return new ToyAdapter.Provider(fault);
    }

    @Override
    protected List<Config> configs() {
      Config dropping = new Config(0.25, fault);
      return fault == Fault.NONE ? List.of(new Config(0, fault), dropping) : List.of(dropping);
    }
  }

  static final class None extends Toy {
    None() {
      super(Fault.NONE);
    }
  }

  @Test
  void aGoodAdapterPasses() {
    KitRun run = KitRun.of(None.class, ".*");
    assertThat(run.failures()).isEmpty();
    assertThat(run.tests()).isGreaterThan(50);
  }

  static final class WrongMerge extends Toy {
    WrongMerge() {
      super(Fault.WRONG_MERGE);
    }
  }

  @Test
  void aMergeThatDisagreesIsFound() {
    rejected(WrongMerge.class, "theMergedWeightComputesTheSame", "mergedWeight at model.layers.");
  }

  static final class StartsElsewhere extends Toy {
    StartsElsewhere() {
      super(Fault.STARTS_ELSEWHERE);
    }
  }

  @Test
  void aStartThatIsNotTheBaseIsFound() {
    rejected(
        StartsElsewhere.class,
        "theStartIsAsDeclared",
        "the output at initialisation, which is the base");
  }

  static final class DropoutInEvaluation extends Toy {
    DropoutInEvaluation() {
      super(Fault.DROPOUT_IN_EVALUATION);
    }
  }

  @Test
  void dropoutInEvaluationIsFound() {
    found(DropoutInEvaluation.class, "expected no noise outside training");
  }

  static final class BiasedDropout extends Toy {
    BiasedDropout() {
      super(Fault.BIASED_DROPOUT);
    }
  }

  @Test
  void dropoutThatShrinksIsFound() {
    rejected(
        BiasedDropout.class,
        "dropoutIsUnbiasedAndInTrainingOnly",
        "is unbiased: the mean of output");
  }

  static final class OneMaskForAllSteps extends Toy {
    OneMaskForAllSteps() {
      super(Fault.ONE_MASK_FOR_ALL_STEPS);
    }
  }

  @Test
  void noiseThatDoesNotChangeIsFound() {
    rejected(
        OneMaskForAllSteps.class, "dropoutIsUnbiasedAndInTrainingOnly", "training without noise");
  }

  static final class CutGradient extends Toy {
    CutGradient() {
      super(Fault.CUT_GRADIENT);
    }
  }

  @Test
  void aParameterWithoutGradientIsFound() {
    rejected(CutGradient.class, "everyParameterIsTrained", "ParameterSpec[name=gain");
  }

  static final class F32Output extends Toy {
    F32Output() {
      super(Fault.F32_OUTPUT);
    }
  }

  @Test
  void aWrongDtypeIsFound() {
    rejected(F32Output.class, "outputsHaveTheSitesType", "forward at model.layers.");
  }

  static final class SharedSavedName extends Toy {
    SharedSavedName() {
      super(Fault.SHARED_SAVED_NAME);
    }
  }

  @Test
  void savedNamesThatClashAreFound() {
    found(SharedSavedName.class, "the saved name 'weight'");
  }

  static final class ForgetfulConfig extends Toy {
    ForgetfulConfig() {
      super(Fault.FORGETFUL_CONFIG);
    }
  }

  @Test
  void aConfigurationThatIsLostIsFound() {
    rejected(
        ForgetfulConfig.class,
        "aSavedConfigurationIsReadBack",
        "fromSaved of the saved configuration");
  }

  static final class ClaimsEveryFolder extends Toy {
    ClaimsEveryFolder() {
      super(Fault.CLAIMS_EVERY_FOLDER);
    }
  }

  @Test
  void claimingOtherFoldersIsFound() {
    rejected(ClaimsEveryFolder.class, "otherAdaptersFoldersAreLeftAlone", "fromSaved of ");
  }

  static final class UnwritableConfig extends Toy {
    UnwritableConfig() {
      super(Fault.UNWRITABLE_CONFIG);
    }
  }

  @Test
  void aConfigurationThatIsNoJsonIsFound() {
    rejected(
        UnwritableConfig.class,
        "aSavedConfigurationIsReadBack",
        "savedConfig().fault, which is written as JSON");
  }

  static final class TakesAnySite extends Toy {
    TakesAnySite() {
      super(Fault.TAKES_ANY_SITE);
    }
  }

  @Test
  void acceptingUnsupportedSitesIsFound() {
    rejected(
        TakesAnySite.class,
        "unsupportedKindsAreRefused",
        "parameters at the unsupported Site[name=");
  }

  static final class DoesNothing extends Toy {
    DoesNothing() {
      super(Fault.DOES_NOTHING);
    }
  }

  @Test
  void anAdapterWithoutEffectIsFound() {
    found(DoesNothing.class, "the change of the output by random parameters");
  }

  static final class Stateful extends Toy {
    Stateful() {
      super(Fault.STATEFUL);
    }
  }

  @Test
  void stateIsFound() {
    found(Stateful.class, "the second trace of forward");
  }

  static final class EmptyParameter extends Toy {
    EmptyParameter() {
      super(Fault.EMPTY_PARAMETER);
    }
  }

  @Test
  void anEmptyParameterIsFound() {
    found(EmptyParameter.class, "the size of ParameterSpec[name=down");
  }

  static final class UndeclaredParameter extends Toy {
    UndeclaredParameter() {
      super(Fault.UNDECLARED_PARAMETER);
    }
  }

  @Test
  void anUndeclaredParameterIsFound() {
    found(UndeclaredParameter.class, "it asked for 'lora_A'");
  }

  static final class UndeclaredConstant extends Toy {
    UndeclaredConstant() {
      super(Fault.UNDECLARED_CONSTANT);
    }
  }

  @Test
  void anUndeclaredConstantIsFound() {
    found(UndeclaredConstant.class, "expected one of the constants [squares]");
  }

  static final class ConstantOfAnotherShape extends Toy {
    ConstantOfAnotherShape() {
      super(Fault.CONSTANT_OF_ANOTHER_SHAPE);
    }
  }

  @Test
  void aConstantOfAnotherShapeIsFound() {
    found(ConstantOfAnotherShape.class, "for the constant 'squares', received f32[12]");
  }

  static final class ConstantOfAParameter extends Toy {
    ConstantOfAParameter() {
      super(Fault.CONSTANT_OF_A_PARAMETER);
    }
  }

  @Test
  void aConstantThatMovesIsFound() {
    rejected(
        ConstantOfAParameter.class,
        "constantsFollowFromTheWeight",
        "what the constant 'squares' at model.layers.");
  }

  static final class SharedConstantName extends Toy {
    SharedConstantName() {
      super(Fault.SHARED_CONSTANT_NAME);
    }
  }

  @Test
  void constantsOfOneNameAreFound() {
    rejected(
        SharedConstantName.class, "constantsFollowFromTheWeight", "the name of squares is unique");
  }

  static final class NothingTrained extends Toy {
    NothingTrained() {
      super(Fault.NOTHING_TRAINED);
    }
  }

  @Test
  void anAdapterThatTrainsNothingIsFound() {
    rejected(NothingTrained.class, "parametersAreInOrder", "what is trained of [ParameterSpec");
  }

  static final class StuckAtTheStart extends Toy {
    StuckAtTheStart() {
      super(Fault.STUCK_AT_THE_START);
    }
  }

  @Test
  void aStartThatNothingLeavesIsFound() {
    rejected(
        StuckAtTheStart.class,
        "everyParameterIsTrained",
        "after steps of training: 2, from values that are INITIAL");
  }

  static final class KeptForNothing extends Toy {
    KeptForNothing() {
      super(Fault.KEPT_FOR_NOTHING);
    }
  }

  @Test
  void whatIsKeptForNothingIsFound() {
    found(KeptForNothing.class, "with other values of ParameterSpec[name=kept");
  }

  static final class FactorOfAnotherShape extends Toy {
    FactorOfAnotherShape() {
      super(Fault.FACTOR_OF_ANOTHER_SHAPE);
    }
  }

  @Test
  void aFactorOfAnotherShapeIsFound() {
    found(FactorOfAnotherShape.class, ", r] with r of at most 12 for BaseFactor[");
  }

  static final class SavesAnother extends Toy {
    SavesAnother() {
      super(Fault.SAVES_ANOTHER);
    }
  }

  @Test
  void savingAnotherThanWasTrainedIsFound() {
    rejected(SavesAnother.class, "aSavedAdapterComputesTheSame", "of the saved adapter");
  }

  static final class SavesTooLittle extends Toy {
    SavesTooLittle() {
      super(Fault.SAVES_TOO_LITTLE);
    }
  }

  @Test
  void savingTooLittleIsFound() {
    rejected(SavesTooLittle.class, "aSavedAdapterComputesTheSame", "beside what is read back");
  }
}
