/** Binding of recipe blocks to immutable configuration records. */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.config;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
