package dev.graft.training.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.masking.Mark;
import java.util.BitSet;
import java.util.Map;

/**
 * A message as the data has it.
 *
 * @param speaker who says it
 * @param role what the template is told of the speaker
 * @param content a string, a list of parts of text, or null beside tool calls
 * @param other what else the message has, for the template
 * @param mark what the data says about the message as a whole
 * @param spans the UTF-16 units of the content that the data marks to be trained; empty for none
 * @param inputFrom where in the content further input begins, for rows that are no conversations;
 *     −1 without
 */
record Message(
    Speaker speaker,
    String role,
    JsonNode content,
    Map<String, JsonNode> other,
    Mark mark,
    BitSet spans,
    int inputFrom) {
  boolean isAssistant() {
    return speaker == Speaker.ASSISTANT;
  }

  /** Whether it calls tools, so that the template closes the calls before it ends the turn. */
  boolean callsTools() {
    return other.containsKey("tool_calls");
  }
}
