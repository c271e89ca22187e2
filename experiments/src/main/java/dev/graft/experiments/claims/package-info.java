/**
 * The claims of the studies, each with its measure, its paired comparison, its threshold and its
 * verdict.
 */
@NullMarked
package dev.graft.experiments.claims;

import org.jspecify.annotations.NullMarked;
