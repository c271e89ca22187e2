package dev.graft.experiments.world;

/**
 * A task with one right answer.
 *
 * @param instruction what is asked
 * @param output the worked answer
 * @param answer what an answer is compared by: {@link WordProblems#answer} or {@link
 *     StackPrograms#answer} of the output
 */
public record Task(String instruction, String output, String answer) {
  /** The task and its answer as a text for continued pretraining. */
  public String text() {
    return instruction + "\n" + output;
  }
}
