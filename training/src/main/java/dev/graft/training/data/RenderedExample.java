package dev.graft.training.data;

/** An example whose row a template of the user's or of the model's has rendered. */
public record RenderedExample(Origin origin, Rendering prompt, Rendering rendering)
    implements Example {}
