/** The Java that every run goes through, measured by JMH. */
@NullMarked
package dev.graft.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
