package dev.graft.training.plugins;

/**
 * A provider that could not be loaded.
 *
 * @param kind what it was to be
 * @param detail its class where known, and what it threw
 */
public record BrokenPlugin(PluginKind kind, String detail) {}
