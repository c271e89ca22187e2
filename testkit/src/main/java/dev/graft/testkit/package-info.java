/** Conformance tests that every backend, adapter and masking strategy extends. */
@NullMarked
package dev.graft.testkit;

import org.jspecify.annotations.NullMarked;
