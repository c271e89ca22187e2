/**
 * The symbolic tensor graph: shapes and dtypes are checked while tracing, engines run the result.
 */
@NullMarked
package dev.graft.api.tensor;

import org.jspecify.annotations.NullMarked;
