package dev.graft.masking;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;

/**
 * Provides the mask {@code special-tokens} (instruction modelling, arXiv 2405.14394, equation 3):
 * weight 1 on instruction and response, also on constant text of the template, and 0 on special
 * tokens: the markers of a prompt with their newline, and the beginning of the text. What ends an
 * assistant's turn is trained, as {@code eot} says.
 *
 * <p>The authors' code does something else, which {@code variant: authors-code} repeats. It
 * searches for the token ids of three markers, each tokenized with a beginning-of-text token before
 * it, so that the only match is the marker with which the text begins; and the one that is to be
 * {@code <|assistant|>} is misspelt there, so that it never matches. With a tokenizer that puts no
 * token before a text, that code would also find the later markers of system and user.
 */
public final class SpecialTokensProvider implements MaskingProvider<SpecialTokensConfig> {
  @Override
  public String name() {
    return "special-tokens";
  }

  @Override
  public Class<SpecialTokensConfig> configType() {
    return SpecialTokensConfig.class;
  }

  @Override
  public MaskingStrategy create(SpecialTokensConfig config) {
    return new SpecialTokensMask(config.variant(), config.eot());
  }
}
