/**
 * The stable contract of Graft: the tensor graph, the plugin interfaces, configuration and errors.
 */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
