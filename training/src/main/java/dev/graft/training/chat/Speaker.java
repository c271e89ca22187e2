package dev.graft.training.chat;

import dev.graft.api.masking.Role;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who says a message. */
enum Speaker {
  SYSTEM(Role.SYSTEM),
  USER(Role.INSTRUCTION),
  ASSISTANT(Role.RESPONSE),
  TOOL(Role.INPUT);

  private static final Map<String, Speaker> OPENAI =
      Map.of(
          "system", SYSTEM,
          "developer", SYSTEM,
          "user", USER,
          "assistant", ASSISTANT,
          "tool", TOOL,
          "function", TOOL);
  private static final Map<String, Speaker> SHAREGPT =
      Map.of(
          "system", SYSTEM,
          "human", USER,
          "user", USER,
          "gpt", ASSISTANT,
          "assistant", ASSISTANT,
          "function_call", ASSISTANT,
          "tool", TOOL,
          "observation", TOOL,
          "function_response", TOOL);

  private final Role role;

  Speaker(Role role) {
    this.role = role;
  }

  /** The role of what is said. */
  Role role() {
    return role;
  }

  static Optional<Speaker> ofOpenAi(String role) {
    return Optional.ofNullable(OPENAI.get(role));
  }

  static Set<String> openAiRoles() {
    return OPENAI.keySet();
  }

  static Optional<Speaker> ofShareGpt(String from) {
    return Optional.ofNullable(SHAREGPT.get(from));
  }

  static Set<String> shareGptRoles() {
    return SHAREGPT.keySet();
  }
}
