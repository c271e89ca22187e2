/** Composites: operations with a decomposition in primitives, which an engine may fuse. */
@API(status = API.Status.MAINTAINED, since = "0.1")
@NullMarked
package dev.graft.api.ops;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
