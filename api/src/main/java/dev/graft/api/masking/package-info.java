/** The masking SPI: one loss weight for every target token. */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.masking;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
