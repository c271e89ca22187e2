package dev.graft.training.chat;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Mark;
import dev.graft.api.masking.Role;
import dev.graft.training.data.Fields;
import dev.graft.training.data.RenderedExample;
import dev.graft.training.data.Rendering;
import dev.graft.training.data.Segment;
import dev.graft.training.jinja.JinjaException;
import dev.graft.training.jinja.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;

/**
 * Renders a conversation with the role of every character. Nothing of the data is searched for:
 * every character of a rendering knows which message it comes from.
 *
 * <p>A turn of the assistant begins where the rendering of the messages before it, with the
 * generation prompt, ends; that rendering has to be how the whole begins, since the model would
 * otherwise be trained on other text than it is given in use. The turn ends with the first special
 * token that the template writes after the message's last character, or with the last one where the
 * message calls tools, since the calls may be closed by special tokens of their own; what follows
 * has to be the same whether or not other messages follow. All characters of a turn before its end
 * are of the role response, whoever wrote them: the model has to write them. The end is special.
 *
 * <p>Elsewhere a message's characters have its speaker's role, and those of the tools are of the
 * role system. What the template itself writes is special where it is a marker (see {@link
 * Markers}), otherwise of the role template.
 */
final class ChatRenderer {
  private static final int SHOWN = 60;

  private final ChatTemplate template;
  private final Fields row;
  private final Conversation conversation;
  private final Markers markers;
  private final Text whole;
  private final String text;
  private final int[] sources;
  private final List<Turn> turns = new ArrayList<>();

  /**
   * A turn of the assistant.
   *
   * @param message its message's number
   * @param start where it begins
   * @param end where the token that ends it begins
   * @param after where that token ends
   */
  private record Turn(int message, int start, int end, int after) {}

  ChatRenderer(ChatTemplate template, Fields row, Conversation conversation) {
    this.template = template;
    this.row = row;
    this.conversation = conversation;
    this.markers = template.markers();
    this.whole = render(conversation.messages().size(), false);
    this.text = whole.toString();
    this.sources = sources(whole);
  }

  private Text render(int messages, boolean generationPrompt) {
    try {
      return template.render(conversation, messages, generationPrompt);
    } catch (JinjaException e) {
      if (e.raised()) {
        throw row.malformed(
            "the chat template refuses "
                + which(messages)
                + ": "
                + e.getMessage()
                + "; correct the row, or set another chat_template in the recipe");
      }
      throw refused(
          "a chat template that renders " + which(messages), String.valueOf(e.getMessage()));
    }
  }

  private String which(int messages) {
    int all = conversation.messages().size();
    return messages == all ? "the messages" : "the first " + messages + " of " + all + " messages";
  }

  private GraftException refused(String expected, String received) {
    return new GraftException(
        ErrorCode.CHAT_TEMPLATE,
        row.origin() + ": expected " + expected + ", received: " + received);
  }

  private static int[] sources(Text text) {
    int[] out = new int[text.length()];
    for (int r = 0; r < text.runs(); r++) {
      Arrays.fill(out, text.start(r), text.end(r), text.source(r));
    }
    return out;
  }

  RenderedExample render() {
    List<Message> messages = conversation.messages();
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).isAssistant()) {
        turns.add(turn(i));
      }
    }
    List<Segment> segments = segments();
    int prompted = turns.get(turns.size() - 1).start();
    List<Segment> prompt = new ArrayList<>();
    int at = 0;
    for (Segment s : segments) {
      if (at < prompted) {
        prompt.add(s); // a turn begins with a segment of its own
      }
      at += s.text().length();
    }
    return new RenderedExample(
        row.origin(), new Rendering(prompt, true), new Rendering(segments, true));
  }

  private Turn turn(int message) {
    int start = start(message);
    int last = last(sources, message);
    int own = Math.max(start, last + 1);
    Matcher token = markers.tokens(text).region(own, own + sameAfter(message, start, own));
    int end = -1;
    int after = -1;
    boolean calls = conversation.messages().get(message).callsTools();
    while ((end < 0 || calls) && token.find()) {
      end = token.start();
      after = token.end();
    }
    if (end < 0) {
      throw refused(
          "a chat template that ends the assistant's turn with a special token of the tokenizer, or"
              + " the model does not learn to stop",
          "one that writes '"
              + shown(text.substring(own))
              + "' after message "
              + (message + 1)
              + ". Write {{ eos_token }} there in a template of your own and set chat_template");
    }
    for (int i = start; i < after; i++) {
      if (sources[i] != Text.TEMPLATE && Values.message(sources[i]) != message) {
        throw refused(
            "a chat template that writes other messages before or after the assistant's",
            "one that writes some of them within message " + (message + 1));
      }
    }
    return new Turn(message, start, end, after);
  }

  /** Where a turn begins. */
  private int start(int message) {
    String before = render(message, true).toString();
    int same = same(text, before);
    if (same < before.length()) {
      throw refused(
          "a chat template with which what the model is given before message "
              + (message + 1)
              + ", the assistant's, begins the whole conversation",
          "'"
              + shown(before.substring(same))
              + "' in the one and '"
              + shown(text.substring(same))
              + "' in the other, after '"
              + text.substring(Math.max(0, same - SHOWN), same)
              + "'. A model trained on this would be given other text in use: set chat_template in"
              + " the recipe to a template that writes both alike, or split the conversation so"
              + " that it ends with this message");
    }
    for (int i = 0; i < same; i++) {
      if (sources[i] != Text.TEMPLATE && Values.message(sources[i]) == message) {
        throw refused(
            "a chat template that writes the assistant's message " + (message + 1) + " in its turn",
            "one that writes some of it before, at '" + shown(text.substring(i)) + "'");
      }
    }
    return same;
  }

  /**
   * How much of what the template writes after a message is the same without the messages that
   * follow.
   */
  private int sameAfter(int message, int start, int own) {
    int constant = own;
    while (constant < text.length() && sources[constant] == Text.TEMPLATE) {
      constant++;
    }
    if (message + 1 == conversation.messages().size()) {
      return constant - own;
    }
    Text alone = render(message + 1, false);
    String tail =
        alone
            .toString()
            .substring(
                Math.max(Math.min(start, alone.length()), last(sources(alone), message) + 1));
    return same(text.substring(own, constant), tail);
  }

  /** The last character of a message; −1 without any. */
  private static int last(int[] sources, int message) {
    int last = sources.length - 1;
    while (last >= 0
        && (sources[last] == Text.TEMPLATE || Values.message(sources[last]) != message)) {
      last--;
    }
    return last;
  }

  private static int same(String a, String b) {
    int mismatch = Arrays.mismatch(a.toCharArray(), b.toCharArray());
    return mismatch < 0 ? a.length() : mismatch;
  }

  private static String shown(String s) {
    return s.length() > SHOWN ? s.substring(0, SHOWN) + "…" : s;
  }

  private List<Segment> segments() {
    Role[] roles = new Role[text.length()];
    Mark[] marks = new Mark[text.length()];
    Arrays.fill(marks, Mark.NONE);
    for (int r = 0; r < whole.runs(); r++) {
      write(r, roles, marks);
    }
    int[] turnOf = new int[text.length()];
    BitSet ends = new BitSet();
    int from = 0;
    for (int k = 0; k < turns.size(); k++) {
      Turn t = turns.get(k);
      int to = k + 1 == turns.size() ? text.length() : t.after();
      Arrays.fill(turnOf, from, to, k);
      from = to;
      Arrays.fill(roles, t.start(), t.end(), Role.RESPONSE);
      Arrays.fill(roles, t.end(), t.after(), Role.SPECIAL);
      ends.set(t.end(), t.after());
      Mark mark = conversation.messages().get(t.message()).mark();
      if (mark != Mark.NONE) {
        for (int i = t.start(); i < t.after(); i++) {
          marks[i] = marks[i] == Mark.NONE ? mark : marks[i];
        }
      }
    }
    BitSet starts = new BitSet();
    turns.forEach(t -> starts.set(t.start()));
    List<Segment> out = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= text.length(); i++) {
      if (i == text.length()
          || roles[i] != roles[start]
          || marks[i] != marks[start]
          || turnOf[i] != turnOf[start]
          || ends.get(i) != ends.get(start)
          || starts.get(i)) {
        out.add(
            new Segment(
                text.substring(start, i),
                roles[start],
                turnOf[start],
                ends.get(start),
                marks[start]));
        start = i;
      }
    }
    return out;
  }

  /** The roles and marks of a run of characters, as if no turn were there. */
  private void write(int run, Role[] roles, Mark[] marks) {
    int source = whole.source(run);
    int start = whole.start(run);
    int end = whole.end(run);
    if (source == Text.TEMPLATE) {
      BitSet special = markers.in(text.substring(start, end));
      for (int i = start; i < end; i++) {
        roles[i] = special.get(i - start) ? Role.SPECIAL : Role.TEMPLATE;
      }
      return;
    }
    if (source == Values.TOOLS) {
      Arrays.fill(roles, start, end, Role.SYSTEM);
      return;
    }
    Message m = conversation.messages().get(Values.message(source));
    Arrays.fill(roles, start, end, m.speaker().role());
    if (!Values.isContent(source)) {
      return;
    }
    Arrays.fill(marks, start, end, m.mark());
    boolean placed = whole.offset(run) >= 0;
    if (!placed && !m.spans().isEmpty()) {
      throw refused(
          "a chat template that writes the content of message "
              + (Values.message(source) + 1)
              + " as it is, since the row marks spans in it",
          "one that rewrites '" + shown(text.substring(start, end)) + "'; remove the spans");
    }
    for (int i = start; placed && i < end; i++) {
      int at = whole.offset(run) + i - start;
      if (m.spans().get(at)) {
        marks[i] = Mark.TRAIN;
      }
      if (m.inputFrom() >= 0 && at >= m.inputFrom() - ChatTemplate.BEFORE_INPUT.length()) {
        roles[i] = at < m.inputFrom() ? Role.TEMPLATE : Role.INPUT;
      }
    }
  }
}
