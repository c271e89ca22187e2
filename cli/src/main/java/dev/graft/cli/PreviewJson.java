package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.training.data.DataStatistics;
import dev.graft.training.data.Origin;
import dev.graft.training.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A preview as one JSON document; docs/preview.md says what its keys mean. */
final class PreviewJson {
  private PreviewJson() {}

  static Map<String, Object> of(PreviewResult result) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("recipe", result.recipe().toString());
    Recipe recipe = result.data().recipe();
    out.put("base_model", recipe.baseModel());
    out.put("sequence_len", recipe.sequenceLen());
    out.put("seed", recipe.seed());
    List<Object> rows = new ArrayList<>();
    for (int r = 0; r < result.data().rows().size(); r++) {
      rows.add(row(result, r));
    }
    out.put("rows", rows);
    out.put("totals", totals(result.data()));
    List<Object> masks = new ArrayList<>();
    for (int m = 0; m < result.masks().size(); m++) {
      masks.add(mask(result.names().get(m), result.masks().get(m)));
    }
    out.put("masks", masks);
    return out;
  }

  private static Map<String, Object> row(PreviewResult result, int r) {
    MaskedData.Row row = result.data().rows().get(r);
    List<Token> tokens = row.example().tokens();
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("origin", origin(row.origin()));
    out.put("text", row.example().text());
    out.put("ids", tokens.stream().map(Token::id).toList());
    out.put("starts", tokens.stream().map(Token::start).toList());
    out.put("ends", tokens.stream().map(Token::end).toList());
    out.put("roles", tokens.stream().map(t -> PreviewResult.word(t.role())).toList());
    out.put("turns", tokens.stream().map(Token::turn).toList());
    out.put("end_of_turn", tokens.stream().map(Token::endOfTurn).toList());
    out.put("marks", tokens.stream().map(t -> t.mark().name().toLowerCase(Locale.ROOT)).toList());
    List<Object> masks = new ArrayList<>();
    for (MaskedData m : result.masks()) {
      masks.add(PreviewResult.row(m, r).map(MaskedData.Row::weights).orElse(new float[0]));
    }
    out.put("weights", masks);
    return out;
  }

  private static Map<String, Object> origin(Origin origin) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("file", origin.file());
    out.put("row", origin.row());
    out.put("line", origin.line());
    return out;
  }

  private static Map<String, Object> totals(MaskedData d) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rows", d.lengths().size());
    out.put("tokens", d.tokens());
    out.put("tokens_by_role", byRole(d.tokensByRole()));
    out.put("ends_of_turn", d.ends());
    out.put("instruction_response_ratio", d.instructionResponseRatio());
    Map<String, Object> lengths = new LinkedHashMap<>();
    lengths.put("least", d.lengths().percentile(0));
    for (int p : new int[] {10, 50, 90, 95, 99}) {
      lengths.put("p" + p, d.lengths().percentile(p));
    }
    lengths.put("most", d.lengths().percentile(100));
    lengths.put("mean", d.lengths().mean());
    out.put("lengths", lengths);
    return out;
  }

  private static Map<String, Long> byRole(Map<Role, Long> counts) {
    Map<String, Long> out = new LinkedHashMap<>();
    for (Role role : Role.values()) {
      if (counts.containsKey(role)) {
        out.put(PreviewResult.word(role), counts.getOrDefault(role, 0L));
      }
    }
    return out;
  }

  private static Map<String, Object> mask(String name, MaskedData m) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", name);
    out.put("masking", m.recipe().masking().toConfig());
    out.put("trained_tokens", m.trained());
    out.put("trained_share", m.trainedShare());
    out.put("trained_tokens_by_role", byRole(m.trainedByRole()));
    out.put("weight_sum", m.weight());
    out.put("trained_ends_of_turn", m.trainedEnds());
    out.put("untrained_rows", m.untrained());
    m.firstUntrained().ifPresent(o -> out.put("first_untrained_row", origin(o)));
    m.accepted()
        .ifPresent(
            a -> {
              out.put("training", part(a.data()));
              a.heldOut().ifPresent(h -> out.put("held_out", part(h)));
              out.put("packed_rows", a.plan().rows());
              out.put("padding_share", a.plan().paddingShare());
              out.put("steps_per_epoch", a.stepsPerEpoch());
              out.put("findings", a.findings());
            });
    m.refusal().ifPresent(e -> out.put("refusal", refusal(e)));
    return out;
  }

  /** What training makes of a part of the data. */
  private static Map<String, Object> part(DataStatistics s) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rows", s.examples());
    out.put("used", s.used());
    out.put("dropped", s.dropped());
    out.put("truncated", s.truncated());
    out.put("split", s.split());
    out.put("untrained", s.untrained());
    out.put("tokens", s.tokens());
    out.put("trained_tokens", s.trainedTokens());
    return out;
  }

  private static Map<String, Object> refusal(GraftException e) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("code", e.code().id());
    out.put("message", e.getMessage());
    return out;
  }
}
