/**
 * The symbolic tensor graph: shapes and dtypes are checked while tracing, engines run the result.
 */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.tensor;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
