/** What a model of the generated world knows and can do. */
@NullMarked
package dev.graft.experiments.measure;

import org.jspecify.annotations.NullMarked;
