package dev.graft.testkit;

import dev.graft.api.masking.Mark;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokenized examples of every form that data takes, by name. The data marks the responses of some,
 * and of "two turns" the first to be skipped.
 */
final class MaskingSamples {
  private final StringBuilder text = new StringBuilder();
  private final List<Token> tokens = new ArrayList<>();
  private int turn;
  private Mark response = Mark.TRAIN;

  private MaskingSamples() {}

  static Map<String, TokenizedExample> all() {
    Map<String, TokenizedExample> out = new LinkedHashMap<>();
    out.put("one turn", turn(prompt("Name a colour.", ""), "Blue, for example."));
    out.put("one turn with input", turn(prompt("Sum up.", "A long text."), "A text."));
    MaskingSamples two = prompt("Hello!", "");
    two.response = Mark.SKIP;
    two = turnOf(two, "Hi. How can I help?");
    two.response = Mark.TRAIN;
    two.turn++;
    out.put("two turns", turn(two.instruct("Tell a joke.", ""), "No."));
    out.put(
        "characters outside the BMP, and combining ones",
        turn(prompt("Was heißt 🙂?", "👩‍👩‍👧 é"), "Ein Lächeln 🙂🙃 e\u0301 漢字."));
    out.put("no prompt", turn(new MaskingSamples(), "Only an answer."));
    out.put("no response", turn(prompt("Say nothing.", ""), ""));
    out.put("cut before the response", prompt("Too long", "").build());
    out.put("cut within the response", cut());
    out.put("text without turns", new MaskingSamples().add("Plain text.", Role.RESPONSE).build());
    MaskingSamples unmarked = prompt("Add nothing.", "");
    unmarked.response = Mark.NONE;
    out.put("no marks", turn(unmarked, "Nothing added."));
    out.put("one token", new MaskingSamples().add("A", Role.RESPONSE).build());
    out.put("nothing", new MaskingSamples().build());
    return out;
  }

  /** Those in which a response is to be learnt. */
  static List<String> withResponse() {
    return List.of(
        "one turn",
        "one turn with input",
        "two turns",
        "characters outside the BMP, and combining ones",
        "no prompt",
        "cut within the response",
        "text without turns");
  }

  /** Those whose last turn is whole. */
  static List<String> withEnd() {
    return List.of(
        "one turn",
        "one turn with input",
        "two turns",
        "characters outside the BMP, and combining ones",
        "no prompt",
        "no marks");
  }

  private static MaskingSamples prompt(String instruction, String input) {
    return new MaskingSamples()
        .special("<s>", false)
        .add("You are helpful.\n", Role.SYSTEM)
        .instruct(instruction, input);
  }

  private MaskingSamples instruct(String instruction, String input) {
    special("<|user|>", false).add("### Instruction:\n", Role.TEMPLATE);
    add(instruction, Role.INSTRUCTION).add("\n", Role.TEMPLATE).add(input, Role.INPUT);
    return special("<|assistant|>", false).add("\n", Role.TEMPLATE);
  }

  private static MaskingSamples turnOf(MaskingSamples prompt, String response) {
    return prompt.add(response, Role.RESPONSE).special("</s>", true);
  }

  private static TokenizedExample turn(MaskingSamples prompt, String response) {
    return turnOf(prompt, response).build();
  }

  private static TokenizedExample cut() {
    return prompt("Count.", "").add("One, two, th", Role.RESPONSE).build();
  }

  private MaskingSamples special(String marker, boolean endOfTurn) {
    int start = text.length();
    text.append(marker);
    token(start, Role.SPECIAL, endOfTurn);
    return this;
  }

  /** Tokens of up to three characters; one outside the BMP becomes two tokens with one span. */
  private MaskingSamples add(String piece, Role role) {
    int i = 0;
    while (i < piece.length()) {
      int start = text.length();
      if (Character.isHighSurrogate(piece.charAt(i))) {
        text.append(piece, i, i + 2);
        token(start, role, false);
        token(start, role, false);
        i += 2;
      } else {
        int end = i + 1;
        while (end < piece.length()
            && end < i + 3
            && !Character.isHighSurrogate(piece.charAt(end))) {
          end++;
        }
        text.append(piece, i, end);
        token(start, role, false);
        i = end;
      }
    }
    return this;
  }

  private void token(int start, Role role, boolean endOfTurn) {
    int id = text.substring(start).hashCode() & 0x7fff;
    Mark mark = role == Role.RESPONSE || endOfTurn ? response : Mark.NONE;
    tokens.add(new Token(id, start, text.length(), role, turn, endOfTurn, mark));
  }

  private TokenizedExample build() {
    return new TokenizedExample(text.toString(), tokens);
  }
}
