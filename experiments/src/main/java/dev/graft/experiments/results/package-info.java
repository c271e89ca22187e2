/** What a study's runs gave: values to read, without how they came about. */
@NullMarked
package dev.graft.experiments.results;

import org.jspecify.annotations.NullMarked;
