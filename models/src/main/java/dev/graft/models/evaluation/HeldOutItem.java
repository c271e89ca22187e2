package dev.graft.models.evaluation;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import java.util.List;

/**
 * A text that was not trained on.
 *
 * @param ids at least two; the first is not predicted
 * @param roles of every token, the first included
 */
public record HeldOutItem(List<Integer> ids, List<Role> roles) {
  public HeldOutItem {
    ids = List.copyOf(ids);
    roles = List.copyOf(roles);
    if (ids.size() < 2 || ids.size() != roles.size()) {
      throw new GraftException(
          ErrorCode.DATA_MALFORMED,
          "expected a held-out text of at least two tokens with a role each, received "
              + ids.size()
              + " tokens and "
              + roles.size()
              + " roles");
    }
  }

  /** An example as training sees it. */
  public static HeldOutItem of(TokenizedExample example) {
    return new HeldOutItem(
        example.tokens().stream().map(Token::id).toList(),
        example.tokens().stream().map(Token::role).toList());
  }
}
