package dev.graft.training.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A conversation as the data has it.
 *
 * @param messages at least one, of which one is the assistant's
 * @param tools the tools that the assistant may call
 */
record Conversation(List<Message> messages, Optional<JsonNode> tools) {
  Conversation {
    messages = List.copyOf(messages);
  }
}
