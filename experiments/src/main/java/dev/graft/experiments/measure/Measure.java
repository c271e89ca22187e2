package dev.graft.experiments.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.experiments.world.StackMachine;
import dev.graft.experiments.world.StackPrograms;
import dev.graft.experiments.world.WordProblems;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.training.data.AlpacaExample;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is measured by exact match, on the held-out files of a world's folder. */
public enum Measure {
  /** Every fact, asked for with a sentence that no text has; the value and its full stop count. */
  FACTS("facts.jsonl", 12) {
    @Override
    Question question(JsonNode row, boolean plain) {
      return cloze(row);
    }
  },
  /** The last words of stories that are in no text; these and the full stop count. */
  NARRATIVES("narratives.jsonl", 12) {
    @Override
    Question question(JsonNode row, boolean plain) {
      return cloze(row);
    }
  },
  /** Word problems, as instructions; the final number counts. */
  MATHS("maths-held-out.jsonl", 64) {
    @Override
    Question question(JsonNode row, boolean plain) {
      Optional<String> answer = WordProblems.answer(row.path("output").asText());
      return new Question(
          instruction(row, plain),
          o -> answer.isPresent() && WordProblems.answer(o).equals(answer));
    }
  },
  /** Stack programs, as instructions; the stated output is compared with what execution gives. */
  STACK("stack-held-out.jsonl", 128) {
    @Override
    Question question(JsonNode row, boolean plain) {
      String instruction = row.path("instruction").asText();
      Optional<String> output =
          Optional.of(
              StackMachine.run(instruction.substring(instruction.indexOf(':') + 1).strip()));
      return new Question(instruction(row, plain), o -> StackPrograms.answer(o).equals(output));
    }
  };

  private final String file;
  private final int maxTokens;

  Measure(String file, int maxTokens) {
    this.file = file;
    this.maxTokens = maxTokens;
  }

  abstract Question question(JsonNode row, boolean plain);

  /** The most tokens that an answer may take. */
  int maxTokens() {
    return maxTokens;
  }

  /**
   * The questions in a world's folder.
   *
   * @param limit the most questions; the first of the file
   * @throws GraftException {@code file.missing}, {@code file.read} or {@code file.malformed}
   */
  public List<Question> questions(Path world, int limit) {
    return questions(world, limit, false);
  }

  /**
   * The questions in a world's folder.
   *
   * @param limit the most questions; the first of the file
   * @param plain whether tasks are asked as the plain texts of the world write them, instead of as
   *     instructions
   * @throws GraftException as {@link #questions(Path, int)}
   */
  public List<Question> questions(Path world, int limit, boolean plain) {
    Path path = world.resolve(file);
    List<Question> out = new ArrayList<>();
    for (String line : Reading.text(path).lines().limit(limit).toList()) {
      try {
        out.add(question(Json.mapper().readTree(line), plain));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        throw new GraftException(
            ErrorCode.FILE_MALFORMED,
            path
                + ": expected a row of 'graft world' in line "
                + (out.size() + 1)
                + ", received one that is not: "
                + e.getMessage()
                + ". Write the world anew.",
            e);
      }
    }
    return out;
  }

  private static Question cloze(JsonNode row) {
    String completion = row.path("completion").asText();
    return new Question(
        new Rendering(List.of(Segment.text(row.path("prompt").asText(), Role.INSTRUCTION, 0))),
        o -> !completion.isEmpty() && o.startsWith(completion));
  }

  private static Rendering instruction(JsonNode row, boolean plain) {
    String instruction = row.path("instruction").asText();
    return plain
        ? new Rendering(List.of(Segment.text(instruction + "\n", Role.INSTRUCTION, 0)))
        : AlpacaExample.prompt(instruction, "");
  }
}
