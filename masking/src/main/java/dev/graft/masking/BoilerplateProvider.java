package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.api.masking.Role;

/**
 * Provides the mask {@code boilerplate}, the third way beside training all and training responses
 * only: weight 1 on the user's own instruction and input and on the response, 0 on what is the same
 * in every row.
 *
 * <p>With {@code detect: template} that is the template's text, special tokens and system messages,
 * which are not the user's own. With {@code detect: corpus} it is the template's text, special
 * tokens, and what {@link ConstantText} finds in the prompts of the training data; a system message
 * is then judged as any other text of a prompt.
 */
public final class BoilerplateProvider implements MaskingProvider<BoilerplateConfig> {
  @Override
  public String name() {
    return "boilerplate";
  }

  @Override
  public Class<BoilerplateConfig> configType() {
    return BoilerplateConfig.class;
  }

  @Override
  public MaskingStrategy create(BoilerplateConfig config) {
    return config.detect() == Detect.TEMPLATE
        ? RoleMask.training(config.eot(), Role.INSTRUCTION, Role.INPUT, Role.RESPONSE)
        : new CorpusBoilerplateMask(config.minShare(), config.eot());
  }
}
