package dev.graft.training.plugins;

/**
 * A plugin that was found.
 *
 * @param <P> its provider interface
 * @param kind what it is
 * @param name its permanent kebab-case id
 * @param version its jar's implementation version, or {@code development} outside a jar
 * @param jar the file name of the jar or folder that it came from
 * @param provider the provider itself
 */
public record Plugin<P>(PluginKind kind, String name, String version, String jar, P provider) {}
