package dev.graft.architecture.broken.api;

/** Stands for the provider of a plugin. */
public interface BackendProvider {}
