/** The adapter SPI: parameter-efficient changes of a frozen weight. */
@API(status = API.Status.STABLE, since = "0.1")
@NullMarked
package dev.graft.api.adapter;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
