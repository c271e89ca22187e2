/** Composites: operations with a decomposition in primitives, which an engine may fuse. */
@NullMarked
package dev.graft.api.ops;

import org.jspecify.annotations.NullMarked;
