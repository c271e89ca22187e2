package dev.graft.experiments.world;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.graft.models.files.AtomicFile;
import dev.graft.models.files.AtomicFolder;
import dev.graft.models.files.Json;
import dev.graft.training.data.AlpacaExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Writes a world as JSON Lines that recipes read, with the tokenizer of its texts.
 *
 * @param seed decides everything, at least 0
 * @param people how many people are invented, 6 to 400
 * @param documents texts to pretrain on: of ten, five tell facts, four are stories, one is sums
 * @param tasks training tasks of each target and of each instruction set
 * @param heldOut held-out tasks of each target, stories, and rows of each instruction set
 * @param pairs pairs of UUIDs
 */
public record WorldFiles(long seed, int people, int documents, int tasks, int heldOut, int pairs) {
  private static final int VOCAB_SIZE = 1024;
  private static final int MAX_POSITIONS = 512;

  /** The instruction sets by name; the instruction is about 1.2, 2.7 and 14 times the response. */
  private static final Map<String, InstructionSet> SETS =
      Map.of(
          "short", new InstructionSet(5, 5, 0),
          "balanced", new InstructionSet(6, 3, 1),
          "long", new InstructionSet(10, 1, 3));

  /** Makes the folder. */
  public void write(Path folder) {
    AtomicFolder.make(folder, this::fill);
  }

  private void fill(Path folder) {
    World world = World.of(seed, people);
    List<String> texts = pretraining(world);
    lines(folder, "pretrain", texts.stream().map(t -> row("text", t)).toList());
    lines(folder, "facts", Facts.heldOut(world).stream().map(WorldFiles::cloze).toList());
    lines(folder, "facts-choices", Facts.choices(world));
    Narratives unseen = new Narratives(world, Split.HELD_OUT, "cloze");
    lines(
        folder,
        "narratives",
        times(heldOut, unseen::cloze).stream().map(WorldFiles::cloze).toList());
    Narratives stories = new Narratives(world, Split.HELD_OUT, "text");
    lines(folder, "source-held-out", times(heldOut, () -> row("text", stories.text())));
    List<Task> forTokens = new ArrayList<>();
    for (Split split : Split.values()) {
      int count = split == Split.TRAIN ? tasks : heldOut;
      forTokens.addAll(
          target(folder, "maths", split, count, new WordProblems(seed, split, "")::next));
      forTokens.addAll(
          target(folder, "stack", split, count, new StackPrograms(seed, split, "")::next));
      SETS.forEach(
          (name, set) ->
              lines(
                  folder,
                  file("instructions-" + name, split),
                  set.rows(seed, split, count).stream().map(WorldFiles::alpaca).toList()));
    }
    lines(
        folder,
        "key-values",
        KeyValues.of(seed, pairs).stream()
            .map(p -> row("prompt", p.key() + ":", "completion", p.value()))
            .toList());
    tokenizer(texts, forTokens).write(folder, MAX_POSITIONS);
  }

  private List<String> pretraining(World world) {
    Facts facts = new Facts(world, "pretrain");
    Narratives stories = new Narratives(world, Split.TRAIN, "pretrain");
    Skills skills = new Skills(seed, "pretrain");
    List<String> out = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      int kind = i % 10;
      out.add(kind < 5 ? facts.text() : kind < 9 ? stories.text() : skills.text());
    }
    return out;
  }

  private static List<Task> target(
      Path folder, String name, Split split, int count, Supplier<Task> next) {
    List<Task> all = new ArrayList<>();
    Set<String> instructions = new HashSet<>();
    // What is held out counts once each; what is trained on may come again, in other words.
    for (int tries = 0; all.size() < count && tries < 20 * count; tries++) {
      Task task = next.get();
      if (instructions.add(task.instruction())) {
        all.add(task);
      }
    }
    lines(folder, file(name, split), all.stream().map(WorldFiles::alpaca).toList());
    lines(
        folder, file(name + "-text", split), all.stream().map(t -> row("text", t.text())).toList());
    return all;
  }

  /** Words of all domains, so that none is spelled in bytes. */
  private static WorldTokenizer tokenizer(List<String> texts, List<Task> tasks) {
    List<String> all = new ArrayList<>(texts.subList(0, Math.min(texts.size(), 4000)));
    for (Task task : tasks.subList(0, Math.min(tasks.size(), 2000))) {
      all.add(AlpacaExample.prompt(task.instruction(), "").text());
      all.add(task.output());
    }
    return WorldTokenizer.train(all, VOCAB_SIZE);
  }

  private static String file(String name, Split split) {
    return name + (split == Split.TRAIN ? "-train" : "-held-out");
  }

  private static <T> List<T> times(int count, Supplier<T> next) {
    List<T> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(next.get());
    }
    return out;
  }

  private static Map<String, String> cloze(Cloze cloze) {
    return row("prompt", cloze.prompt(), "completion", " " + cloze.answer() + ".");
  }

  private static Map<String, String> alpaca(Task task) {
    return row("instruction", task.instruction(), "output", task.output());
  }

  private static Map<String, String> row(String... keysAndValues) {
    Map<String, String> out = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      out.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return out;
  }

  private static void lines(Path folder, String name, List<?> rows) {
    StringBuilder out = new StringBuilder();
    for (Object row : rows) {
      try {
        out.append(Json.mapper().writeValueAsString(row)).append('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e); // records and maps of texts can be written
      }
    }
    AtomicFile.writeString(folder.resolve(name + ".jsonl"), out.toString());
  }
}
