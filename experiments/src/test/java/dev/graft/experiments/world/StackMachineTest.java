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
        "push 3 | 3",
        "push 3, push 4 | 3 4",
        "push 1, push 2, add | 3",
        "push 3, push 4, add | 2",
        "push 3, push 4, sub | 4",
        "push 4, push 3, sub | 1",
        "push 1, push 2, swap | 2 1",
        "push 1, push 2, drop | 1",
        "push 1, dup | 1 1",
        "push 1, push 2, push 3, sub, swap | 4 1",
        "push 1, drop | ''"
      })
  void leavesDigitsFromBottomToTop(String program, String output) {
    assertThat(StackMachine.run(program)).isEqualTo(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"add", "push 1, swap", "drop", "dup", "push 1, sub"})
  void refusesTooFewDigits(String program) {
    assertThatThrownBy(() -> StackMachine.run(program)).hasMessageContaining("more digits");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "push", "push 10", "push 5", "push x", "mul", "push 1 push 2", "push 1,"})
  void refusesWhatIsNoInstruction(String program) {
    assertThatThrownBy(() -> StackMachine.run(program)).hasMessageContaining("received '");
  }

  @Test
  void generatedAnswersAreWhatExecutionGives() {
    StackPrograms programs = new StackPrograms(3, Split.TRAIN, "test");
    for (int i = 0; i < 500; i++) {
      Task task = programs.next();
      String program = task.instruction().substring(task.instruction().indexOf(':') + 1);
      assertThat(program.split(",")).hasSizeBetween(2, 5);
      assertThat(StackPrograms.answer(task.output())).hasValue(StackMachine.run(program));
      assertThat(task.answer()).isEqualTo(StackMachine.run(program));
    }
    assertThat(StackPrograms.answer("push 1 -> 1")).isEmpty();
  }
}
