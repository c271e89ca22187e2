package dev.graft.architecture.broken.api;

/** Stands for the plugin interface. */
public interface Backend {}
