package dev.graft.api.masking;

/** What a stretch of rendered text is. */
public enum Role {
  /** A system message. */
  SYSTEM,
  /** The user's instruction or message. */
  INSTRUCTION,
  /** Further input that belongs to an instruction. */
  INPUT,
  /** What the model is to answer. */
  RESPONSE,
  /** Constant text of the prompt template. */
  TEMPLATE,
  /** Special tokens: BOS, role markers, end of turn. */
  SPECIAL
}
