/** The backend SPI: named variables on a device, and graphs compiled to executables. */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.backend;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
