package dev.graft.models;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.error.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An adapter laid onto the sites of a model that it targets. */
public final class AdapterBinding {
  private static final String BIAS = ".bias";

  /** Where PEFT keeps what belongs to the module that an adapter is laid onto. */
  private static final String BASE_LAYER = ".base_layer";

  private final Adapter adapter;
  private final Map<Site, List<BoundParameter>> parameters;
  private final Map<Site, List<BoundConstant>> constants;
  private final List<BoundShared> shared;

  private AdapterBinding(
      Adapter adapter,
      Map<Site, List<BoundParameter>> parameters,
      Map<Site, List<BoundConstant>> constants,
      List<BoundShared> shared) {
    this.adapter = adapter;
    this.parameters = parameters;
    this.constants = constants;
    this.shared = List.copyOf(shared);
  }

  /**
   * Finds the targeted sites.
   *
   * @param sites all sites of the model
   * @throws GraftException {@code targets.unmatched} when no site, or no site for one of the listed
   *     names, is there; {@code adapter.unsupported} when the adapter refuses a site
   */
  public static AdapterBinding bind(Adapter adapter, List<Site> sites) {
    TargetModules targets = adapter.targets();
    checkNames("target_modules", targets, sites);
    targets.excluded().ifPresent(e -> checkNames("exclude_modules", e, sites));
    checkLayers(targets, sites);
    Map<Site, List<BoundParameter>> bound = new LinkedHashMap<>();
    Map<Site, List<BoundConstant>> constants = new LinkedHashMap<>();
    for (Site site : sites) {
      if (targets.matches(site)) {
        List<BoundParameter> at = new ArrayList<>();
        for (ParameterSpec spec : adapter.parameters(site)) {
          at.add(new BoundParameter(site, spec, variable(site, spec.name())));
        }
        bound.put(site, List.copyOf(at));
        List<BoundConstant> prepared = new ArrayList<>();
        for (ConstantSpec spec : adapter.constants(site)) {
          String variable = "constant." + site.name() + "." + spec.name();
          prepared.add(new BoundConstant(site, spec, variable));
        }
        constants.put(site, List.copyOf(prepared));
      }
    }
    if (bound.isEmpty()) {
      throw new GraftException(
          ErrorCode.TARGETS_UNMATCHED,
          "expected target_modules to match at least one module of the model, received '"
              + targets
              + "', which matches none. A regular expression must match the whole name, for"
              + " example '"
              + sites.get(sites.size() / 2).name()
              + "'. Modules: "
              + String.join(", ", modules(sites))
              + ".");
    }
    List<BoundShared> shared =
        adapter.shared(List.copyOf(bound.keySet())).stream()
            .map(s -> new BoundShared(s, shared(s.name())))
            .toList();
    return new AdapterBinding(adapter, bound, constants, shared);
  }

  /** Refuses listed names that no module has. */
  private static void checkNames(String option, TargetModules modules, List<Site> sites) {
    for (String name : modules.names()) {
      if (sites.stream().noneMatch(s -> TargetModules.matchesName(s.name(), name))) {
        throw new GraftException(
            ErrorCode.TARGETS_UNMATCHED,
            "expected every entry of "
                + option
                + " to name a module of the model, received '"
                + name
                + "'. "
                + Nearest.hint(name, modules(sites)));
      }
    }
  }

  /** Refuses listed blocks that the model does not have. */
  private static void checkLayers(TargetModules targets, List<Site> sites) {
    int blocks = sites.stream().mapToInt(Site::layer).max().orElse(-1) + 1;
    for (int layer : targets.layers()) {
      if (layer >= blocks) {
        throw new GraftException(
            ErrorCode.TARGETS_UNMATCHED,
            "expected every entry of layers_to_transform to be a block of the model, 0 to "
                + (blocks - 1)
                + ", received "
                + layer);
      }
    }
  }

  private static Collection<String> modules(List<Site> sites) {
    return sites.stream().map(Site::module).collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
  }

  static String variable(Site site, String parameter) {
    return "adapter." + site.name() + "." + parameter;
  }

  static String shared(String name) {
    return "shared." + name;
  }

  public Adapter adapter() {
    return adapter;
  }

  /** The targeted sites, in forward order. */
  public List<Site> sites() {
    return List.copyOf(parameters.keySet());
  }

  public boolean covers(Site site) {
    return parameters.containsKey(site);
  }

  /**
   * The names of the base model's weights that are trained whole beside the adapter's parameters.
   *
   * @throws GraftException {@code targets.unmatched} when no module is what {@code modules_to_save}
   *     names; {@code adapter.unsupported} when the adapter changes it too, or when it is one side
   *     of a shared embedding
   */
  public Set<String> trainedWeights(CausalLm model) {
    List<String> modules = adapter.modulesToSave();
    for (Site site : model.sites()) {
      boolean saved = modules.stream().anyMatch(site.name()::endsWith);
      if (saved && model.config().tiedHead() && site.kind() != SiteKind.LINEAR) {
        throw unsaveable(
            site,
            "the model uses one weight for its embedding and its head, so neither can be trained"
                + " alone");
      }
      if (saved && covers(site)) {
        throw unsaveable(site, "target_modules names it too");
      }
    }
    Set<String> targeted = new HashSet<>();
    sites().forEach(s -> targeted.add(s.name()));
    Set<String> unmatched = new LinkedHashSet<>(modules);
    Set<String> all = new TreeSet<>();
    Set<String> out = new LinkedHashSet<>();
    for (WeightSpec w : model.weights()) {
      String module = module(w.name());
      all.add(module.substring(module.lastIndexOf('.') + 1));
      boolean saved = modules.stream().anyMatch(module::endsWith);
      unmatched.removeIf(module::endsWith);
      if (saved || (w.name().endsWith(BIAS) && trainsBias(targeted.contains(module)))) {
        out.add(w.name());
      }
    }
    for (String name : unmatched) {
      throw new GraftException(
          ErrorCode.TARGETS_UNMATCHED,
          "expected every entry of modules_to_save to end the name of a module of the model,"
              + " received '"
              + name
              + "'. "
              + Nearest.hint(name, all));
    }
    return out;
  }

  private boolean trainsBias(boolean targeted) {
    return switch (adapter.trainedBiases()) {
      case NONE -> false;
      case ALL -> true;
      case LORA_ONLY -> targeted;
    };
  }

  private static String module(String weight) {
    return weight.substring(0, weight.lastIndexOf('.'));
  }

  private static GraftException unsaveable(Site site, String why) {
    return new GraftException(
        ErrorCode.ADAPTER_UNSUPPORTED,
        "expected no '"
            + site.name()
            + "' among modules_to_save: "
            + why
            + "; take it out of one of the lists");
  }

  /** The name of a weight that is trained whole, in a saved folder after the prefix. */
  String savedName(String weight) {
    String module = module(weight);
    boolean inside = sites().stream().anyMatch(s -> s.name().equals(module));
    return inside ? module + BASE_LAYER + weight.substring(module.length()) : weight;
  }

  /** The parameters of all targeted sites. */
  public List<BoundParameter> parameters() {
    return parameters.values().stream().flatMap(List::stream).toList();
  }

  /** The parameters at one site; none where the site is not targeted. */
  public List<BoundParameter> parameters(Site site) {
    return parameters.getOrDefault(site, List.of());
  }

  /** The constants at one site; none where the site is not targeted. */
  public List<BoundConstant> constants(Site site) {
    return constants.getOrDefault(site, List.of());
  }

  /** The frozen tensors that all targeted sites share; often none. */
  public List<BoundShared> shared() {
    return shared;
  }

  /** One shared tensor, asked for at a site. */
  BoundShared shared(Site site, String name) {
    return shared.stream()
        .filter(s -> s.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                undeclared(
                    "shared tensor",
                    site,
                    name,
                    shared.stream().map(s -> s.spec().name()).toList()));
  }

  /** One parameter of a site. */
  BoundParameter parameter(Site site, String name) {
    return parameters(site).stream()
        .filter(p -> p.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                undeclared(
                    "parameter",
                    site,
                    name,
                    parameters(site).stream().map(p -> p.spec().name()).toList()));
  }

  /** One constant of a site. */
  BoundConstant constant(Site site, String name) {
    return constants(site).stream()
        .filter(c -> c.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                undeclared(
                    "constant",
                    site,
                    name,
                    constants(site).stream().map(c -> c.spec().name()).toList()));
  }

  private static GraftException undeclared(
      String what, Site site, String name, List<String> declared) {
    return new GraftException(
        ErrorCode.GRAPH_INVALID,
        site.name()
            + ": expected a "
            + what
            + " that the adapter declares, received '"
            + name
            + "'. "
            + Nearest.hint(name, declared));
  }
}
