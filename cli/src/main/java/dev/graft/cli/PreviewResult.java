package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.training.data.Origin;
import dev.graft.training.recipe.MaskingBlocks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The data of a recipe as several masks see it; all of them see the same rows.
 *
 * @param recipe the recipe's file
 * @param masks at least one
 * @param vocabulary the text of a token by its id
 * @param most how many tokens of a row are shown
 */
record PreviewResult(
    Path recipe, List<MaskedData> masks, IntFunction<String> vocabulary, int most) {
  PreviewResult {
    masks = List.copyOf(masks);
  }

  /** Counts that no mask changes: of the mask that has seen the most rows. */
  MaskedData data() {
    return masks.stream()
        .max(Comparator.comparingInt(m -> m.lengths().size()))
        .orElseThrow(() -> new IllegalStateException("no mask"));
  }

  /** A name for each mask: its type, with its options where another has the same type. */
  List<String> names() {
    List<String> types = masks.stream().map(m -> m.recipe().masking().toString()).toList();
    return masks.stream()
        .map(m -> m.recipe().masking())
        .map(
            m ->
                types.stream().filter(m.toString()::equals).count() == 1
                    ? m.toString()
                    : withOptions(m))
        .toList();
  }

  private static String withOptions(MaskingBlocks masking) {
    return masking.blocks().stream()
        .map(b -> b.type() + (b.options().isEmpty() ? "" : " " + b.options()))
        .collect(Collectors.joining(" + "));
  }

  /** The text of a shown row, token by token. */
  List<TokenText> texts(int row) {
    return TokenText.of(data().rows().get(row).example(), vocabulary, most);
  }

  /** A row as a mask sees it; empty when the mask failed before it. */
  static Optional<MaskedData.Row> row(MaskedData mask, int row) {
    return row < mask.rows().size() ? Optional.of(mask.rows().get(row)) : Optional.empty();
  }

  /** Where a row stands, with its file as short as it can be said. */
  static String place(Origin origin) {
    String file = Text.path(Path.of(origin.file()));
    return new Origin(file, origin.row(), origin.line()).toString();
  }

  /** The roles that tokens have, in their order. */
  List<Role> roles() {
    return Arrays.stream(Role.values()).filter(data().tokensByRole()::containsKey).toList();
  }

  static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /** What training would say, of the first mask with which it would not begin. */
  Optional<GraftException> refusal() {
    return masks.stream().flatMap(m -> m.refusal().stream()).findFirst();
  }

  /**
   * How a row of tokens is trained: {@code 36 of 196 tokens trained (18 %), 1 of 1 turns ended}.
   */
  static String summary(MaskedData.Row row) {
    int all = row.example().size();
    return Text.count(row.trained())
        + " of "
        + Text.count(all)
        + " tokens trained ("
        + Text.percent(all == 0 ? 0 : Text.ratio(row.trained(), all))
        + "), "
        + (row.ends() == 0
            ? "no end of turn"
            : "end of turn trained in " + row.trainedEnds() + " of " + row.ends());
  }
}
