/** Tests of the measures. */
@NullMarked
package dev.graft.models.evaluation;

import org.jspecify.annotations.NullMarked;
