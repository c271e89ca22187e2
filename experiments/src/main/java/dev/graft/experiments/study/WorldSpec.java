package dev.graft.experiments.study;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.experiments.world.WorldFiles;

/** The generated world that a study takes its data from. */
record WorldSpec(
    @Default("1") @Doc("Decides everything of the world.") long seed,
    @Default("60") @Doc("People whose facts can be known.") int people,
    @Default("1000") @Doc("Texts of the source domain.") int documents,
    @Default("2000") @Doc("Training tasks of each kind.") int tasks,
    @Default("400") @Doc("Held-out tasks of each kind, and stories.") int heldOut,
    @Default("32") @Doc("Pairs of UUIDs.") int pairs) {
  WorldFiles files() {
    return new WorldFiles(seed, people, documents, tasks, heldOut, pairs);
  }
}
