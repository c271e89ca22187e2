/** Runs studies: a file that says what is varied, a folder that holds what came of it. */
@NullMarked
package dev.graft.experiments.study;

import org.jspecify.annotations.NullMarked;
