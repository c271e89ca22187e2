package dev.graft.experiments.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackMachineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | 3",
        "34 | 34",
        "12+ | 3",
        "34+ | 2",
        "34- | 4",
        "43- | 1",
        "12~ | 21",
        "12% | 1",
        "1$ | 11",
        "123-~ | 41",
        "1% | ''"
      })
  void leavesDigitsFromBottomToTop(String program, String output) {
    assertThat(StackMachine.run(program)).isEqualTo(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "1~", "%", "$", "1-"})
  void refusesTooFewDigits(String program) {
    assertThatThrownBy(() -> StackMachine.run(program)).hasMessageContaining("more digits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "1 2", "x", "*", "12,"})
  void refusesWhatIsNoInstruction(String program) {
    assertThatThrownBy(() -> StackMachine.run(program)).hasMessageContaining("received '");
  }

  @Test
  void generatedAnswersAreWhatExecutionGives() {
    StackPrograms programs = new StackPrograms(3, Split.TRAIN, "test");
    for (int i = 0; i < 500; i++) {
      Task task = programs.next();
      String program = task.instruction().substring("Run: ".length());
      assertThat(program).hasSizeBetween(2, 5);
      assertThat(StackPrograms.answer(task.output())).hasValue(StackMachine.run(program));
      assertThat(task.answer()).isEqualTo(StackMachine.run(program));
    }
    assertThat(StackPrograms.answer("1>1")).isEmpty();
  }
}
