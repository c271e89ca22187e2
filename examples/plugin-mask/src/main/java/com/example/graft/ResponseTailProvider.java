package com.example.graft;

import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;

/** Provides the mask {@code response-tail}. */
public final class ResponseTailProvider implements MaskingProvider<ResponseTailConfig> {
  @Override
  public String name() {
    return "response-tail";
  }

  @Override
  public Class<ResponseTailConfig> configType() {
    return ResponseTailConfig.class;
  }

  @Override
  public MaskingStrategy create(ResponseTailConfig config) {
    return new ResponseTailMask(config.share());
  }
}
