package dev.graft.experiments.results;

import dev.graft.api.config.Doc;

/**
 * A figure that others published, to be read beside ours.
 *
 * @param claim the claim it belongs to, such as {@code mem.1}
 * @param text the figure with its set-up
 * @param source where it was published
 */
public record Published(
    @Doc("The claim it belongs to, as mem.1.") String claim,
    @Doc("The figure with its set-up.") String text,
    @Doc("Where it was published.") String source) {}
