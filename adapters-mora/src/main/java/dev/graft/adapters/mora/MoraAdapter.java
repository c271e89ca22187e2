package dev.graft.adapters.mora;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SavedConfig;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MoRA (arXiv 2405.12130, eq. 3): W [k, d] stays frozen and a square matrix M [r̂, r̂] of as many
 * parameters as a LoRA of rank r is learnt, r̂ ≈ √((d + k)·r). The input is compressed to r̂
 * elements and M's output decompressed to k, both without parameters:
 *
 * <pre>
 *   y = y₀ + decompress(M·compress(drop(x)))
 * </pre>
 *
 * <p>{@link Sharing} gives ΔW the rank min(r̂, d, k), {@link Rotation} the rank min(d, k). M starts
 * at zero, so that training starts from the base model; alpha does not scale the change. M is f32
 * and is rounded to the compute dtype of the site for the products.
 *
 * <p>Differences from the authors' code ({@code peft-mora}), which takes M for {@code lora_A}: the
 * coverage of {@link Rotation}, inputs less than half as wide as M, a merge where M is wider than
 * the input, and rotations that several adapters of one layer do not share.
 */
final class MoraAdapter implements Adapter {
  private static final Logger LOG = LoggerFactory.getLogger(MoraAdapter.class);

  private static final String M = "mora_M";

  private final MoraConfig config;

  /** Shapes of which a warning has been given: once is enough for all layers of a model. */
  private final Set<Shape> warned = ConcurrentHashMap.newKeySet();

  MoraAdapter(MoraConfig config) {
    this.config = config;
  }

  @Override
  public TargetModules targets() {
    return config.targets();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    if (site.kind() == SiteKind.EMBEDDING) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected a linear module or the head for the mora adapter, received the embedding '"
              + site.name()
              + "'; take it out of target_modules");
    }
    int side = config.side(site);
    if (config.moraType() == MoraType.ROTATION && side < 2) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected a side of M of at least 2 for the mora adapter with rotation, received "
              + side
              + " at '"
              + site.name()
              + "' ("
              + site.in()
              + " to "
              + site.out()
              + "); raise r, or take it out of target_modules");
    }
    int narrow = Math.min(site.in(), site.out());
    if (side > narrow && warned.add(Shape.of(site.out(), site.in()))) {
      LOG.warn(
          "at '{}' ({} to {}) the side of M is {}, more than {}: some of its rows or columns have"
              + " no effect of their own; a smaller r would do",
          site.name(),
          site.in(),
          site.out(),
          side,
          narrow);
    }
    return List.of(new ParameterSpec(M, Shape.of(side, side), Initializer.zeros()));
  }

  private SquareMap map(Site site) {
    int side = config.side(site);
    MoraType type = config.moraType();
    return type == MoraType.ROTATION
        ? new Rotation(config.coverage(), side, site.in(), site.out())
        : new Sharing(type.groupsInput(), type.groupsOutput(), side, site.in(), site.out());
  }

  @Override
  public Tensor forward(AdapterContext context) {
    Tensor y = context.baseOutput();
    Tensor x = context.dropped(config.dropout());
    Tensor m = context.parameter(M);
    return map(context.site()).added(rows(y), rows(x), m).reshape(y.shape());
  }

  /** [.., c] → [n, c]. */
  private static Tensor rows(Tensor x) {
    return x.reshape((int) (x.shape().size() / x.dim(-1)), x.dim(-1));
  }

  @Override
  public Tensor mergedWeight(MergeContext context) {
    return context.weight().plus(map(context.site()).change(context.parameter(M)));
  }

  /** ReMoRA: sharing goes on with other groups, so that the merges add up to a higher rank. */
  @Override
  public Adapter restarted() {
    MoraConfig next = config.restarted();
    return next.equals(config) ? this : new MoraAdapter(next);
  }

  /** PEFT's layout with a type of its own, since PEFT does not know MoRA. */
  @Override
  public Map<String, Object> savedConfig() {
    SavedConfig saved =
        new SavedConfig(SavedMora.PEFT_TYPE)
            .put("r", config.r())
            .put("mora_type", config.moraType().number())
            .put("coverage", config.coverage().word())
            .put("lora_dropout", config.dropout())
            .targets(config.targetModules(), config.excludeModules(), config.layersToTransform())
            .put("bias", "none")
            .put("inference_mode", true)
            .patterns("rank_pattern", config.rankPattern());
    config.squareRank().ifPresent(side -> saved.put("square_rank", side));
    return saved.toMap();
  }

  /** The authors' code keeps M where a LoRA has A. */
  @Override
  public String savedName(Site site, String parameter) {
    return "lora_A.weight";
  }
}
