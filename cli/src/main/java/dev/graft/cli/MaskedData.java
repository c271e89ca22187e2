package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.api.masking.Role;
import dev.graft.api.masking.TokenizedExample;
import dev.graft.api.masking.TokenizedExample.Token;
import dev.graft.training.data.DataStatistics;
import dev.graft.training.data.ExampleObserver;
import dev.graft.training.data.Origin;
import dev.graft.training.data.PlanStatistics;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.PreparedRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one mask makes of a recipe's training data: its first rows, counts over all rows, and how
 * training would take it. Counts are of rows as they were read, before any is cut or left out.
 */
final class MaskedData implements ExampleObserver {
  /** A row with the weights of its tokens. */
  static final class Row {
    private final Origin origin;
    private final TokenizedExample example;
    private final float[] weights;

    Row(Origin origin, TokenizedExample example, float[] weights) {
      this.origin = origin;
      this.example = example;
      this.weights = weights;
    }

    Origin origin() {
      return origin;
    }

    TokenizedExample example() {
      return example;
    }

    float weight(int token) {
      return weights[token];
    }

    float[] weights() {
      return weights.clone();
    }

    int trained() {
      int n = 0;
      for (float w : weights) {
        n += w > 0 ? 1 : 0;
      }
      return n;
    }

    /** The tokens that end a turn. */
    long ends() {
      return example.tokens().stream().filter(Token::endOfTurn).count();
    }

    /** Those of them that carry loss. */
    int trainedEnds() {
      int n = 0;
      for (int i = 0; i < weights.length; i++) {
        n += weights[i] > 0 && example.tokens().get(i).endOfTurn() ? 1 : 0;
      }
      return n;
    }
  }

  /** What training would do with the data. */
  record Accepted(
      DataStatistics data,
      Optional<DataStatistics> heldOut,
      PlanStatistics plan,
      int stepsPerEpoch,
      List<Map<String, Object>> findings) {
    static Accepted of(PreparedRun run) {
      return new Accepted(
          run.training().statistics(),
          run.heldOut().map(h -> h.statistics()),
          run.plan().statistics(),
          run.plan().stepsPerEpoch(),
          run.maskFindings());
    }
  }

  private final int limit;
  private final Runnable onRow;
  private final List<Row> rows = new ArrayList<>();
  private final Lengths lengths = new Lengths();
  private final Map<Role, Long> tokensByRole = new EnumMap<>(Role.class);
  private final Map<Role, Long> trainedByRole = new EnumMap<>(Role.class);
  private Recipe recipe;
  private double weight;
  private long ends;
  private long trainedEnds;
  private int untrained;
  private @Nullable Origin firstUntrained;
  private @Nullable Accepted accepted;
  private @Nullable GraftException refusal;

  /**
   * Nothing yet.
   *
   * @param limit how many rows are kept
   * @param onRow called for each row
   */
  MaskedData(Recipe recipe, int limit, Runnable onRow) {
    this.recipe = recipe;
    this.limit = limit;
    this.onRow = onRow;
  }

  @Override
  public void onMasked(Origin origin, TokenizedExample example, float[] weights) {
    Row row = new Row(origin, example, weights);
    if (rows.size() < limit) {
      rows.add(new Row(origin, example, weights.clone()));
    }
    lengths.add(example.size());
    for (int i = 0; i < weights.length; i++) {
      Role role = example.tokens().get(i).role();
      tokensByRole.merge(role, 1L, Long::sum);
      if (weights[i] > 0) {
        weight += weights[i];
        trainedByRole.merge(role, 1L, Long::sum);
      }
    }
    ends += row.ends();
    trainedEnds += row.trainedEnds();
    if (row.trained() == 0) {
      firstUntrained = untrained++ == 0 ? origin : firstUntrained;
    }
    onRow.run();
  }

  /** Training would take the data. */
  void accepted(PreparedRun run) {
    accepted = Accepted.of(run);
    recipe = run.recipe();
  }

  /** Training would not. */
  void refused(GraftException why) {
    refusal = why;
  }

  /** The recipe, with every default filled in where training would take the data. */
  Recipe recipe() {
    return recipe;
  }

  /** The first rows. */
  List<Row> rows() {
    return Collections.unmodifiableList(rows);
  }

  /** The lengths of all rows. */
  Lengths lengths() {
    return lengths;
  }

  Map<Role, Long> tokensByRole() {
    return Collections.unmodifiableMap(tokensByRole);
  }

  Map<Role, Long> trainedByRole() {
    return Collections.unmodifiableMap(trainedByRole);
  }

  long tokens() {
    return lengths.sum();
  }

  /** The tokens with a weight above 0. */
  long trained() {
    return trainedByRole.values().stream().mapToLong(Long::longValue).sum();
  }

  double trainedShare() {
    return tokens() == 0 ? 0 : Text.ratio(trained(), tokens());
  }

  /** The sum of all weights. */
  double weight() {
    return weight;
  }

  /** The tokens that end a turn. */
  long ends() {
    return ends;
  }

  /** Those of them that carry loss. */
  long trainedEnds() {
    return trainedEnds;
  }

  /** The rows of which no token carries loss. */
  int untrained() {
    return untrained;
  }

  /** The first of them. */
  Optional<Origin> firstUntrained() {
    return Optional.ofNullable(firstUntrained);
  }

  Optional<Accepted> accepted() {
    return Optional.ofNullable(accepted);
  }

  Optional<GraftException> refusal() {
    return Optional.ofNullable(refusal);
  }

  /**
   * l_inst/l_out of arXiv 2405.14394: the tokens of instructions and inputs over those of
   * responses; 0 without responses.
   */
  double instructionResponseRatio() {
    long response = tokensByRole.getOrDefault(Role.RESPONSE, 0L);
    long instruction =
        tokensByRole.getOrDefault(Role.INSTRUCTION, 0L) + tokensByRole.getOrDefault(Role.INPUT, 0L);
    return response == 0 ? 0 : Text.ratio(instruction, response);
  }
}
