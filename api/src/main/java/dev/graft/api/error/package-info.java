/** Errors that say what was expected, what was received, where, and what to do. */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
