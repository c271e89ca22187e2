package dev.graft.models.evaluation;

import dev.graft.api.masking.Role;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The loss of predicted tokens, parted by what they are.
 *
 * @param byRole only roles that have a token, in the order of {@link Role}
 */
public record LossByRole(Map<Role, Loss> byRole) {
  public LossByRole {
    Map<Role, Loss> sorted = new EnumMap<>(Role.class);
    sorted.putAll(byRole);
    byRole = Collections.unmodifiableMap(sorted);
  }

  /**
   * Parts losses.
   *
   * @param roles of every predicted token
   * @param nll its negative log-likelihood in nats, as many
   */
  public static LossByRole of(List<Role> roles, double[] nll) {
    if (roles.size() != nll.length) {
      throw new IllegalArgumentException(
          "expected a role for each of " + nll.length + " tokens, received " + roles.size());
    }
    Map<Role, Loss> out = new EnumMap<>(Role.class);
    for (int i = 0; i < nll.length; i++) {
      out.merge(roles.get(i), new Loss(nll[i], 1), Loss::plus);
    }
    return new LossByRole(out);
  }

  /** Of all together. */
  public static LossByRole sum(Collection<LossByRole> parts) {
    Map<Role, Loss> out = new EnumMap<>(Role.class);
    parts.forEach(p -> p.byRole.forEach((role, loss) -> out.merge(role, loss, Loss::plus)));
    return new LossByRole(out);
  }

  /**
   * Of all roles together.
   *
   * @throws dev.graft.api.error.GraftException {@code data.empty} when there is no token
   */
  public Loss total() {
    double nll = byRole.values().stream().mapToDouble(Loss::nll).sum();
    return new Loss(nll, byRole.values().stream().mapToLong(Loss::tokens).sum());
  }
}
