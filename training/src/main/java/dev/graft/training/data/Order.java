package dev.graft.training.data;

/** In which order an epoch goes through the data. */
public enum Order {
  /** Drawn anew in every epoch, by the seed. */
  SHUFFLED,
  /** As in the data set; a packed row stands where its first example does. */
  GIVEN
}
