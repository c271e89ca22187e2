package dev.graft.masking;

import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Weight 1 on all but special tokens, the template's text, and text that the prompts of the
 * training data share. Responses are never looked at: a prompt is what stands between them. A token
 * that is constant text in part is so if most of its characters are; of as many, if its last is.
 */
final class CorpusBoilerplateMask implements MaskingStrategy {
  private static final Logger LOG = LoggerFactory.getLogger(CorpusBoilerplateMask.class);

  private final double minShare;
  private final EndOfTurn eot;
  private ConstantText constant = ConstantText.none();

  CorpusBoilerplateMask(double minShare, EndOfTurn eot) {
    this.minShare = minShare;
    this.eot = eot;
  }

  @Override
  public void prepare(Iterable<TokenizedExample> corpus) {
    ConstantText.Search search = new ConstantText.Search();
    for (TokenizedExample e : corpus) {
      for (Prompt p : prompts(e)) {
        if (p.answered(e)) {
          search.add(p.text(e));
        }
      }
    }
    constant = search.find(minShare);
    if (constant.literals().isEmpty() && constant.prompts() > 0) {
      LOG.warn(
          "no text is shared by {} % of the {} prompts: boilerplate masks only what the template"
              + " adds",
          String.format(Locale.ROOT, "%.1f", 100 * minShare), constant.prompts());
    }
  }

  /**
   * Tokens that stand together before a response.
   *
   * @param from the first
   * @param to the one after the last
   */
  private record Prompt(int from, int to) {
    boolean answered(TokenizedExample e) {
      return to < e.size() && e.tokens().get(to).role() == Role.RESPONSE;
    }

    int start(TokenizedExample e) {
      return e.tokens().get(from).start();
    }

    String text(TokenizedExample e) {
      return e.text().substring(start(e), Math.max(start(e), e.tokens().get(to - 1).end()));
    }
  }

  private static boolean isPrompt(Token t) {
    return t.role() != Role.RESPONSE && !t.endOfTurn();
  }

  private static List<Prompt> prompts(TokenizedExample e) {
    List<Prompt> out = new ArrayList<>();
    int n = e.size();
    for (int i = 0; i < n; ) {
      int from = i;
      while (i < n && isPrompt(e.tokens().get(i))) {
        i++;
      }
      if (i > from) {
        out.add(new Prompt(from, i));
      } else {
        i++;
      }
    }
    return out;
  }

  @Override
  public float[] mask(TokenizedExample example, long seed) {
    List<Token> tokens = example.tokens();
    float[] out = new float[tokens.size()];
    int last = RoleMask.lastTurn(example);
    for (int i = 1; i < out.length; i++) {
      Token t = tokens.get(i);
      boolean trained = t.endOfTurn() ? RoleMask.trains(eot, t, last) : t.role() == Role.RESPONSE;
      out[i] = trained ? 1 : 0;
    }
    for (Prompt p : prompts(example)) {
      int start = p.start(example);
      BitSet shared = constant.in(p.text(example));
      for (int i = Math.max(1, p.from()); i < p.to(); i++) {
        Token t = tokens.get(i);
        boolean own = t.role() != Role.SPECIAL && t.role() != Role.TEMPLATE;
        out[i] = own && !isShared(shared, t.start() - start, t.end() - start) ? 1 : 0;
      }
    }
    return out;
  }

  private static boolean isShared(BitSet shared, int from, int to) {
    if (to <= from) {
      return shared.get(Math.max(0, from));
    }
    int twice = 2 * shared.get(from, to).cardinality();
    int length = to - from;
    return twice > length || (twice == length && shared.get(to - 1));
  }

  @Override
  public Map<String, Object> findings() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompts", constant.prompts());
    out.put("examined", Math.min(constant.prompts(), ConstantText.SAMPLE));
    List<Map<String, Object>> found = new ArrayList<>();
    for (ConstantText.Literal l : constant.literals()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("place", l.place().name().toLowerCase(Locale.ROOT));
      entry.put("text", l.text());
      entry.put("share", Math.round(l.share() * 1e4) / 1e4);
      found.add(entry);
    }
    out.put("constant_text", found);
    return out;
  }

  @Override
  public boolean leavesOutEndOfTurn() {
    return eot == EndOfTurn.NONE;
  }
}
